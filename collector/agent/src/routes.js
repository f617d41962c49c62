// New page views without a load: single-page routes and back/forward-cache restores.

import { guard, listen } from './guard.js';
import { pageURL } from './url.js';
import { beginView, currentView } from './view.js';

// A router that corrects the address right after it opened it redirects.
const REDIRECT = 500;

const arrive = guard((replaced) => {
  const url = pageURL();
  const view = currentView();
  if (url === view.url) return;
  const now = performance.now();
  const age = now - view.start;
  if (replaced && view.start > 0 && age < REDIRECT && view.navigation) view.url = url;
  else beginView(now);
});

const wrap = (name, replaced) => {
  const original = history[name];
  history[name] = function () {
    const result = original.apply(this, arguments);
    arrive(replaced);
    return result;
  };
};

export const watchRoutes = () => {
  wrap('pushState', false);
  wrap('replaceState', true);
  listen(window, 'popstate', () => arrive());
  listen(window, 'hashchange', () => arrive());
  listen(window, 'pageshow', (event) => {
    if (event.persisted) beginView(event.timeStamp);
  });
};
