// New page views without a load: single-page routes and back/forward-cache restores.

import { guard, listen, wrap } from './guard.js';
import { pageURL } from './url.js';
import { beginView, currentView } from './view.js';

// A router that corrects the address right after it opened it redirects.
const REDIRECT = 500;

const arrive = (replaced) => {
  const url = pageURL();
  const view = currentView();
  const now = performance.now();
  if (url === view.url) return;
  if (replaced && view.start && now - view.start < REDIRECT && view.navigation) view.url = url;
  else beginView(now);
};

export const watchRoutes = () => {
  wrap(history, 'pushState', 0, () => arrive());
  wrap(history, 'replaceState', 0, () => arrive(true));
  listen(window, 'popstate', () => arrive());
  listen(window, 'hashchange', () => arrive());
  listen(window, 'pageshow', (event) => event.persisted && beginView(event.timeStamp));
};
