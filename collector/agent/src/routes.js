// New page views without a load: single-page routes and back/forward-cache restores.

import { guard, listen, wrap } from './guard.js';
import { pageURL } from './url.js';
import { beginView, currentView } from './view.js';

const onRouteChange = guard(() => {
  if (pageURL() !== currentView().url) beginView(performance.now());
});

export const watchRoutes = () => {
  for (const change of ['pushState', 'replaceState']) wrap(history, change, () => onRouteChange);
  for (const type of ['popstate', 'hashchange']) listen(window, type, onRouteChange);
  listen(window, 'pageshow', (event) => event.persisted && beginView(event.timeStamp));
};
