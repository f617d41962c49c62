// Delivers beacons: batches as text/plain (which needs no CORS preflight) by
// keepalive fetch, whose response can be read; sendBeacon would lose what the
// collector refuses. A beacon keeps its id when it is sent again, so that it
// counts once.

import { config } from './config.js';
import { guard, listen } from './guard.js';
import { consent } from './identity.js';
import { load, save } from './storage.js';

const MAX_AGE = 15 * 60e3; // the collector counts a beacon at its time of arrival
const MAX_QUEUED = 100;
const MAX_QUEUED_SIZE = 512e3; // characters, in memory and in localStorage
const MAX_BATCH = 40e3; // characters
const KEEPALIVE_QUOTA = 60e3; // characters in flight; browsers allow 64 KiB
const TIMEOUT = 30e3; // a collector that never answers must not block the queue
const MAX_WAIT = 60e3;

// The page's wrappers of fetch, including ours, must not see our requests.
const fetch = window.fetch?.bind(window);

// All tabs share one key: if several fail to deliver, the last one's queue is
// stored, and each keeps its own in memory.
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

/** Bounds the queue by age, count and size; drops the oldest. */
const bound = () => {
  const oldest = Date.now() - MAX_AGE;
  while (queue[0] && (queue[0].at < oldest || queue.length > MAX_QUEUED || size(queue) > MAX_QUEUED_SIZE)) {
    queue.shift();
  }
};

/** Stores undelivered beacons for the next page, if consent allows storage. */
const store = () => {
  if (consent() !== 'full') return;
  const all = underWay.concat(queue);
  stored = all.length;
  save(AREA, stored && all);
};

/** Drops everything: consent was withdrawn. */
export const dropAll = () => {
  queue = [];
  underWay = [];
  save(AREA);
};

/** Adds the undelivered beacons of an earlier page of this site to the queue. */
export const loadUndelivered = () => {
  if (consent() !== 'full') return;
  const known = new Set(underWay.concat(queue).map((e) => e.id));
  queue = (load(AREA) || []).filter((e) => !known.has(e.id)).concat(queue);
  save(AREA);
};

export const enqueue = (beacon) => queue.push({ id: beacon.id, at: Date.now(), body: JSON.stringify(beacon) });

// A single large beacon is also a batch, unless it would be lost with the page.
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
    // Jitter, or all denied clients come back at the same time.
    const asked = answer?.headers.get('Retry-After') * 1e3;
    if (asked > 0) askedAt = Date.now() + asked * (1 + Math.random() / 10);
    store();
  } else {
    failures = 0;
    // A wrong key or origin stays wrong for this page.
    refused = status === 401 || status === 403;
    if (stored) store();
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
    // No fetch, or it does not support these options.
    navigator.sendBeacon(config.endpoint, body);
  }
};

/**
 * Sends the queue, one batch at a time. If the page is leaving, it sends as much
 * as may outlive the page and stores the rest.
 */
export const send = guard((leaving) => {
  clearTimeout(timer);
  bound();
  if (refused) queue = [];
  const wait = Math.max(retryAt, askedAt) - Date.now();
  const blocked = navigator.onLine === false || wait > 0;
  if (!blocked && (leaving || !underWay[0])) post(takeBatch(leaving));
  if (queue.length && wait > 0) timer = setTimeout(send, wait);
  if (leaving || blocked) (queue.length || failures) && store();
});

listen(window, 'online', () => {
  retryAt = 0;
  loadUndelivered();
  send();
});
