// Delivers beacons: batches as text/plain (which needs no CORS preflight) by
// keepalive fetch, whose answer can be read; sendBeacon would lose what the
// collector refuses. A beacon keeps its id through every resend, so that one
// that did arrive is counted once.

import { config } from './config.js';
import { guard, listen } from './guard.js';
import { consent } from './identity.js';
import { load, save } from './storage.js';

const MAX_AGE = 15 * 60e3; // the collector files a beacon under the time it arrives
const MAX_QUEUED = 100;
const MAX_QUEUED_SIZE = 512e3; // characters, in memory and in localStorage
const MAX_BATCH = 40e3; // characters
const KEEPALIVE_QUOTA = 60e3; // characters under way; browsers allow 64 KiB
const TIMEOUT = 30e3; // a collector that never answers must not hold up the queue
const MAX_WAIT = 60e3;

// The page's own wrappers, ours among them, must not see our requests.
const fetch = window.fetch?.bind(window);

// One place for all tabs: where several fail to deliver, the last one's queue
// is kept, and each still has its own in memory.
const AREA = 'localStorage';

let queue = []; // {id, at, body}, oldest first
let underWay = []; // taken from the queue, not yet answered
let failures = 0;
let retryAt = 0; // our back-off
let askedAt = 0; // the collector's Retry-After
let timer;
let stored;
let refused;

const size = (entries) => entries.reduce((sum, e) => sum + e.body.length, 0);

/** Bounds the queue by age, count and size; the oldest go. */
const bound = () => {
  const oldest = Date.now() - MAX_AGE;
  while (queue[0] && (queue[0].at < oldest || queue.length > MAX_QUEUED || size(queue) > MAX_QUEUED_SIZE)) {
    queue.shift();
  }
};

/** Puts what is not delivered where the next page finds it, if consent allows storage. */
const keep = () => {
  if (consent() !== 'full') return;
  const all = underWay.concat(queue);
  stored = all.length;
  save(AREA, stored && all);
};

/** Forgets everything: consent was withdrawn. */
export const forget = () => {
  queue = [];
  underWay = [];
  save(AREA);
};

/** Takes over what an earlier page of this site could not deliver. */
export const adopt = () => {
  if (consent() !== 'full') return;
  const known = new Set(underWay.concat(queue).map((e) => e.id));
  queue = (load(AREA) || []).filter((e) => !known.has(e.id)).concat(queue);
  save(AREA);
};

export const enqueue = (beacon) => queue.push({ id: beacon.id, at: Date.now(), body: JSON.stringify(beacon) });

// A single large beacon is a batch too, unless it would die with the page.
const takeBatch = (leaving) => {
  const batch = [];
  const room = leaving ? KEEPALIVE_QUOTA - size(underWay) : MAX_BATCH;
  while (queue[0] && (size(batch.concat(queue[0])) < room || !(leaving || batch[0]))) batch.push(queue.shift());
  return batch;
};

const settle = guard((batch, answer) => {
  const unanswered = underWay.filter((e) => batch.includes(e)); // none, if forgotten meanwhile
  underWay = underWay.filter((e) => !batch.includes(e));
  const status = answer?.status;
  if (!status || status === 429 || status >= 500) {
    queue = unanswered.concat(queue);
    retryAt = Date.now() + Math.min(MAX_WAIT, 1e3 * 2 ** failures++) * (0.5 + Math.random() / 2);
    // Jitter on top, or all who were turned away come back at once.
    const asked = answer?.headers.get('Retry-After') * 1e3;
    if (asked > 0) askedAt = Date.now() + asked * (1 + Math.random() / 10);
    keep();
  } else {
    failures = 0;
    // A wrong key or origin stays wrong for the life of this page.
    refused = status === 401 || status === 403;
    if (stored) keep();
  }
  send();
});

const post = (batch) => {
  if (!batch[0]) return;
  const body = batch.map((e) => e.body).join('\n');
  try {
    const answer = fetch(config.endpoint, {
      method: 'POST',
      body,
      keepalive: size(underWay.concat(batch)) < KEEPALIVE_QUOTA,
      credentials: 'omit',
      referrerPolicy: 'origin',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    underWay = underWay.concat(batch);
    answer.then(
      (r) => settle(batch, r),
      () => settle(batch),
    );
  } catch {
    // No fetch, or one that will not take these options.
    navigator.sendBeacon(config.endpoint, body);
  }
};

/**
 * Sends what is queued, one batch at a time; when the page is leaving, all that
 * the browser lets outlive it, and keeps the rest.
 */
export const send = guard((leaving) => {
  clearTimeout(timer);
  bound();
  if (refused) queue = [];
  const wait = Math.max(retryAt, askedAt) - Date.now();
  const blocked = navigator.onLine === false || wait > 0;
  if (!blocked && (leaving || !underWay[0])) post(takeBatch(leaving));
  if (queue.length && wait > 0) timer = setTimeout(send, wait);
  if (leaving || blocked) (queue.length || failures) && keep();
});

listen(window, 'online', () => {
  retryAt = 0;
  adopt();
  send();
});
