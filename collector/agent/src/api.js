// window.rum: what pages call. Every call is safe at any time.

import { clip, hasRoom } from './clip.js';
import { config } from './config.js';
import { onErrorEvent, onRejection, recordError } from './errors.js';
import { flush } from './flush.js';
import { guard } from './guard.js';
import { consent, setConsent } from './identity.js';
import { adopt, forget } from './transport.js';
import { add, addMetric, currentView } from './view.js';

const calls = {
  /** Something that happened: a conversion, a click that matters. */
  event(what, value) {
    add('events', { name: clip(what), value: isFinite(value) ? +value : undefined });
  },
  /** A measurement ≥ 0 of the current view; the last one of a name holds. */
  measure(what, value) {
    addMetric(currentView(), clip(what), +value);
  },
  /** An error that the page has handled. */
  error(error) {
    recordError(error, 'Error', true);
  },
  /** The site's own name for the user; null when signed out. */
  user(id) {
    config.user = id == null ? undefined : clip(id);
  },
  /** Tags all later beacons; null takes the tag away. */
  tag(key, value) {
    const { tags } = config;
    if (value == null) delete tags[key];
    else if (hasRoom(tags, key)) tags[clip(key)] = clip(value);
  },
  /** 'full', 'minimal' or 'none'. */
  consent(level) {
    setConsent(level);
    if (consent() === 'full') adopt();
    else forget();
    flush();
  },
  /** Names the current view, once the router knows: '/users/:id/orders'. */
  route(template) {
    currentView().route = clip(template);
  },
  release(version) {
    config.release = clip(version);
  },
  /** Sends what is gathered now. */
  flush() {
    flush();
  },
};

/** Puts the calls in place of the stub's and replays what it has kept. */
export const publish = () => {
  const rum = (window.rum = window.rum || {});
  const { q, e } = rum;
  for (const call in calls) rum[call] = guard(calls[call]);
  delete rum.q;
  delete rum.e;
  for (const event of e || []) guard(event.type === 'error' ? onErrorEvent : onRejection)(event);
  for (const [call, args] of q || []) if (calls[call]) rum[call](...args);
};

/** Whether another copy of the agent is already at work; a stub has a queue. */
export const running = () => {
  const { flush, q } = window.rum || {};
  return flush && !q;
};
