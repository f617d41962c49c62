// Page views and the data of each until the next flush.

import { config } from './config.js';
import { hasRoom } from './clip.js';
import { newID } from './id.js';
import { pageURL } from './url.js';

// Late vitals belong to the view in which they happened, so a few views are kept.
const MAX_VIEWS = 20;

/** How many of each kind a view may report; failed requests count separately. */
export const MAX = 50;

export const views = [];

let onItem = () => {};
/** Calls fn whenever a view has something new to send. */
export const whenGathered = (fn) => (onItem = fn);

/** Starts a page view at a time of performance.now()'s clock. */
export const beginView = (start, route) => {
  const view = {
    id: newID(),
    start,
    url: pageURL(),
    route,
    navigation: true,
    counts: {},
    vitals: {}, // name → metric id → value
  };
  discard(view);
  views.push(view);
  if (views.length > MAX_VIEWS) views.shift();
  onItem();
  return view;
};

export const currentView = () => views[views.length - 1];

/** The view that was on screen at a time. */
export const viewAt = (time) => views.filter((v) => v.start <= time).pop() || views[0];

/** Counts an item of a kind in a view. */
export const count = ({ counts }, kind) => (counts[kind] = (counts[kind] || 0) + 1);

/** Adds a metric; drops NaN, infinities and negative values. */
export const addMetric = (view, name, value) => {
  const { metrics } = view;
  if (value >= 0 && value < Infinity && hasRoom(metrics, name)) {
    metrics[name] = value;
    onItem();
  }
};

/** Adds to 'errors', 'requests' or 'events', at most MAX of what is counted together. */
export const add = (kind, item, view, counted) => {
  view = view || currentView();
  if (count(view, counted || kind) > MAX) return;
  view[kind].push(item);
  onItem();
};

/** Drops data that is not sent yet. */
export const discard = (view) => {
  view.metrics = {};
  view.errors = [];
  view.requests = [];
  view.events = [];
};

export const landing = beginView(0, config.route);
