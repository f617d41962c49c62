// The consent level, the session and its sampling, and the user, as far as
// consent allows.

import { config } from './config.js';
import { newID } from './id.js';
import { load, save } from './storage.js';

const SESSION_IDLE = 30 * 60e3;
const SESSION_MAX = 240 * 60e3;
const AREA = 'sessionStorage';

let session;

/**
 * What may be sent: 'full', 'minimal' (errors, no session or user), 'none', or
 * undefined until the page sets it ("required"). With Global Privacy Control or
 * Do Not Track it is at most 'minimal'; an unknown level means 'none'.
 */
export const consent = () => {
  const level = config.consent || 'full';
  if (level === 'required') return undefined;
  const optedOut = navigator.globalPrivacyControl === true || navigator.doNotTrack === '1';
  if (level === 'minimal' || (level === 'full' && optedOut)) return 'minimal';
  return level === 'full' ? level : 'none';
};

export const setConsent = (level) => {
  config.consent = level || 'none';
  if (consent() !== 'full') {
    session = undefined;
    save(AREA);
  }
};

const alive = (s) => s && Date.now() - s.last < SESSION_IDLE && Date.now() - s.start < SESSION_MAX;

/**
 * The session: {id, rate, sampled, start, last}. Sampling is decided once, at its
 * start. It ends after half an hour without a beacon or after four hours. A view
 * passes its own session to keep it.
 */
export const currentSession = (held) => {
  session = held || [session, load(AREA)].find(alive);
  if (!session) {
    session = { id: newID(), rate: config.sample, sampled: Math.random() < config.sample, start: Date.now() };
  }
  session.last = Date.now();
  save(AREA, session);
  return session;
};
