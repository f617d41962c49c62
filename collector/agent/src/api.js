// window.rum: what pages call. Every call is safe at any time.

import { config } from './config.js';
import { onErrorEvent, onRejection, recordError } from './errors.js';
import { flush } from './flush.js';
import { guard } from './guard.js';
import { consent, setConsent, setUser } from './identity.js';
import { adopt, forget } from './transport.js';
import { addEvent, addMetric, currentView } from './view.js';

const MAX_NAME = 64;
const MAX_VALUE = 200;
const MAX_TAGS = 16;

const name = (text) => String(text).slice(0, MAX_NAME);

const calls = {
  /** Something that happened: a conversion, a click that matters. */
  event(what, value) {
    addEvent({ name: name(what), value: Number.isFinite(value) ? value : undefined });
  },
  /** A measurement ≥ 0 of the current view; the last one of a name holds. */
  measure(what, value) {
    addMetric(currentView(), name(what), Number(value));
  },
  /** An error that the page has handled. */
  error(error) {
    recordError(error, 'Error', true);
  },
  user: setUser,
  /** Tags all later beacons; null takes the tag away. */
  tag(key, value) {
    const { tags } = config;
    key = name(key);
    if (value == null) delete tags[key];
    else if (key in tags || Object.keys(tags).length < MAX_TAGS) tags[key] = String(value).slice(0, MAX_VALUE);
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
    currentView().route = String(template).slice(0, 512);
  },
  release(version) {
    config.release = String(version).slice(0, MAX_VALUE);
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

/** Whether another copy of the agent is already at work. */
export const running = () => !!(window.rum && window.rum.flush);
