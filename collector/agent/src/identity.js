// Who is looking, as far as consent goes: the consent level, the session and
// its sampling, the user.

import { config } from './config.js';
import { newID } from './id.js';
import { slot } from './storage.js';

const MINUTE = 60e3;
const SESSION_IDLE = 30 * MINUTE;
const SESSION_MAX = 240 * MINUTE;

const LEVELS = ['none', 'minimal', 'full'];
const stored = slot('sessionStorage', 'rum.session:' + config.key);

/** Global Privacy Control and Do Not Track allow errors, without identifiers. */
const optedOut = () =>
  navigator.globalPrivacyControl === true || (navigator.doNotTrack || window.doNotTrack) === '1';

let said = config.consent;
let session;
let user;

/**
 * What may be sent: 'full', 'minimal' (errors, no session or user), 'none', or
 * undefined while the page still has to say ("required"). Browser-wide signals
 * cap whatever the page says. An unknown word is taken for the careful side.
 */
export const consent = () => {
  if (said === 'required') return undefined;
  if (said && !LEVELS.includes(said)) return 'none';
  const level = said || 'full';
  return level === 'full' && optedOut() ? 'minimal' : level;
};

/** The level for the beacon; undefined leaves the site's default to the collector. */
export const saidConsent = () => (said || optedOut() ? consent() : undefined);

export const setConsent = (level) => {
  said = LEVELS.includes(level) ? level : 'none';
  if (consent() !== 'full') {
    stored.write(undefined);
    session = undefined;
  }
};

export const setUser = (id) => {
  user = id == null || id === '' ? undefined : String(id).slice(0, 256);
};

export const currentUser = () => user;

/**
 * The session: {id, rate, sampled, start, last}. Sampling is decided once, when
 * it begins, and holds at that rate until it ends, after half an hour without a
 * beacon or after four hours. A view passes the session it holds, to keep it.
 */
export const currentSession = (held) => {
  const now = Date.now();
  const alive = (s) => s && s.id && now - s.last < SESSION_IDLE && now - s.start < SESSION_MAX;
  if (held) session = held;
  else if (!alive(session)) session = stored.read();
  if (!held && !alive(session)) {
    session = { id: newID(), rate: config.sample, sampled: Math.random() < config.sample, start: now };
  }
  session.last = now;
  stored.write(session);
  return session;
};
