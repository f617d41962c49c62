// Who is looking, as far as consent goes: the consent level, the session and
// its sampling, the user.

import { config } from './config.js';
import { newID } from './id.js';
import { load, save } from './storage.js';

const SESSION_IDLE = 30 * 60e3;
const SESSION_MAX = 240 * 60e3;
const AREA = 'sessionStorage';
const NAME = 'session';

let session;

/** Global Privacy Control and Do Not Track allow errors, without identifiers. */
const optedOut = () =>
  navigator.globalPrivacyControl === true || (navigator.doNotTrack || window.doNotTrack) === '1';

/**
 * What may be sent: 'full', 'minimal' (errors, no session or user), 'none', or
 * undefined while the page still has to say ("required"). Browser-wide signals
 * cap whatever the page says; a word that is not known means 'none'.
 */
export const consent = () => {
  const said = config.consent || 'full';
  if (said === 'required') return undefined;
  if (said === 'full') return optedOut() ? 'minimal' : said;
  return said === 'minimal' ? said : 'none';
};

/** The level as a beacon says it: nothing leaves it to the site's default. */
export const saidConsent = () => (config.consent || optedOut() ? consent() : undefined);

export const setConsent = (level) => {
  config.consent = level === 'required' ? 'none' : level || 'none';
  if (consent() !== 'full') {
    session = undefined;
    save(AREA, NAME);
  }
};

const alive = (s) => s && Date.now() - s.last < SESSION_IDLE && Date.now() - s.start < SESSION_MAX;

/**
 * The session: {id, rate, sampled, start, last}. Sampling is decided once, when
 * it begins, and holds at that rate until it ends, after half an hour without a
 * beacon or after four hours. A view passes the session it holds, to keep it.
 */
export const currentSession = (held) => {
  session = held || [session, load(AREA, NAME)].find(alive);
  if (!session) {
    session = { id: newID(), rate: config.sample, sampled: Math.random() < config.sample, start: Date.now() };
  }
  session.last = Date.now();
  save(AREA, NAME, session);
  return session;
};
