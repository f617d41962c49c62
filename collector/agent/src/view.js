// Page views and what is gathered for each until the next flush.

import { config } from './config.js';
import { newID } from './id.js';
import { pageURL } from './url.js';

// Late vitals belong to the view in which they happened, so a few are remembered.
const MAX_VIEWS = 20;
const MAX_ERRORS = 50;
const MAX_EVENTS = 100;
const MAX_REQUESTS = 50; // of those that succeeded, and as many that failed
const MAX_METRICS = 40;

export const views = [];

let onItem = () => {};
/** Calls fn whenever a view has something new to send. */
export const whenGathered = (fn) => (onItem = fn);

/** Begins a page view at a time on performance.now()'s clock. */
export const beginView = (start, route) => {
  const view = {
    id: newID(),
    start,
    url: pageURL(),
    route,
    navigation: true,
    metrics: {},
    vitals: {}, // name → metric id → value
    errors: [],
    requests: [],
    events: [],
    counts: {},
    dropped: 0, // errors over the cap, and how many of them were told
    told: 0,
  };
  views.push(view);
  if (views.length > MAX_VIEWS) views.shift();
  onItem();
  return view;
};

export const currentView = () => views[views.length - 1];

/** The view that was on screen at a time. */
export const viewAt = (time) => {
  for (let i = views.length - 1; i > 0; i--) {
    if (views[i].start <= time) return views[i];
  }
  return views[0];
};

const admit = (view, what, max) => {
  const n = (view.counts[what] = (view.counts[what] || 0) + 1);
  return n <= max;
};

export const addMetric = (view, name, value) => {
  // NaN, infinities and negative values are no measurements.
  if (!(value >= 0 && value < Infinity)) return;
  if (!(name in view.metrics) && Object.keys(view.metrics).length >= MAX_METRICS) return;
  view.metrics[name] = value;
  onItem();
};

export const addError = (error) => {
  const view = currentView();
  if (admit(view, 'errors', MAX_ERRORS)) {
    view.errors.push(error);
    onItem();
  } else {
    view.dropped++;
  }
};

export const addRequest = (view, request) => {
  const failed = request.status === 0 || request.status >= 400;
  if (admit(view, failed ? 'failed' : 'requests', MAX_REQUESTS)) {
    view.requests.push(request);
    onItem();
  }
};

export const addEvent = (event) => {
  const view = currentView();
  if (admit(view, 'events', MAX_EVENTS)) {
    view.events.push(event);
    onItem();
  }
};

/** Forgets what was gathered and not sent. */
export const discard = (view) => {
  view.metrics = {};
  view.errors = [];
  view.requests = [];
  view.events = [];
};

export const landing = beginView(0, config.route);
