// window.rum: the calls for pages. Every call is safe at any time.

import { clip, hasRoom } from './clip.js';
import { config } from './config.js';
import { onErrorEvent, onRejection, recordError } from './errors.js';
import { flush } from './flush.js';
import { guard } from './guard.js';
import { consent, setConsent } from './identity.js';
import { loadUndelivered, dropAll } from './transport.js';
import { add, addMetric, currentView } from './view.js';

const calls = {
  /** An event by name: a conversion, an important click. */
  event(what, value) {
    add('events', { name: clip(what), value: isFinite(value) ? +value : undefined });
  },
  /** A measure ≥ 0 of the current view; the last value of a name counts. */
  measure(what, value) {
    addMetric(currentView(), clip(what), +value);
  },
  /** An error that the page has handled. */
  error(error) {
    recordError(error, 'Error', true);
  },
  /** The site's own id of the user; null after sign-out. */
  user(id) {
    config.user = id == null ? undefined : clip(id);
  },
  /** Tags all later beacons; null removes the tag. */
  tag(key, value) {
    const { tags } = config;
    if (value == null) delete tags[key];
    else if (hasRoom(tags, key)) tags[clip(key)] = clip(value);
  },
  /** 'full', 'minimal' or 'none'. */
  consent(level) {
    setConsent(level);
    if (consent() === 'full') loadUndelivered();
    else dropAll();
    flush();
  },
  /** Sets the route of the current view, for routers: '/users/:id/orders'. */
  route(template) {
    currentView().route = clip(template);
  },
  release(version) {
    config.release = clip(version);
  },
  /** Sends everything collected so far now. */
  flush() {
    flush();
  },
};

/** Replaces the stub's calls and replays what it recorded. */
export const publish = () => {
  const rum = (window.rum = window.rum || {});
  const { q, e } = rum;
  for (const call in calls) rum[call] = guard(calls[call]);
  delete rum.q;
  delete rum.e;
  for (const event of e || []) guard(event.type === 'error' ? onErrorEvent : onRejection)(event);
  for (const [call, args] of q || []) if (calls[call]) rum[call](...args);
};

/** Whether another copy of the agent is already running; a stub has a queue. */
export const running = () => {
  const { flush, q } = window.rum || {};
  return flush && !q;
};
