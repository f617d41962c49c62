// Who is looking, as far as consent goes: the consent level, the session and
// its sampling, the user.

import { config } from './config.js';
import { newID } from './id.js';
import { load, save } from './storage.js';

const SESSION_IDLE = 30 * 60e3;
const SESSION_MAX = 240 * 60e3;
const AREA = 'sessionStorage';

let session;

/**
 * What may be sent: 'full', 'minimal' (errors, no session or user), 'none', or
 * undefined while the page still has to say ("required"). Global Privacy Control
 * and Do Not Track cap whatever it says; a word that is not known means 'none'.
 */
export const consent = () => {
  const said = config.consent || 'full';
  if (said === 'required') return undefined;
  const optedOut = navigator.globalPrivacyControl === true || navigator.doNotTrack === '1';
  if (said === 'minimal' || (said === 'full' && optedOut)) return 'minimal';
  return said === 'full' ? said : 'none';
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
 * The session: {id, rate, sampled, start, last}. Sampling is decided once, when
 * it begins, and holds at that rate until it ends, after half an hour without a
 * beacon or after four hours. A view passes the session it holds, to keep it.
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
