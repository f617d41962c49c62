// Delivers beacons: batches as text/plain (which needs no CORS preflight) by
// keepalive fetch, whose answer can be read; sendBeacon would lose what the
// collector refuses. A beacon keeps its id through every resend, so that one
// that did arrive is counted once.

import { config } from './config.js';
import { guard, listen } from './guard.js';
import { consent } from './identity.js';
import { slot } from './storage.js';

const MAX_AGE = 15 * 60e3; // the collector files a beacon under the time it arrives
const MAX_QUEUED = 100;
const MAX_BATCH = 40e3; // characters
const MAX_KEPT = 128e3; // characters in localStorage
const KEEPALIVE_QUOTA = 60e3; // bytes under way; browsers allow 64 KiB
const MAX_WAIT = 60e3;
const MAX_RETRY_AFTER = 10 * 60e3;

// The page's own wrappers, ours among them, must not see our requests.
const fetch = window.fetch && window.fetch.bind(window);
const keepalive = !!window.Request && 'keepalive' in Request.prototype;
const kept = slot('localStorage', 'rum.queue:' + config.key);

let queue = []; // {id, at, body}, oldest first
const underWay = new Set(); // batches
let bytesUnderWay = 0;
let failures = 0;
let retryAt = 0; // our back-off
let askedAt = 0; // the collector's Retry-After
let timer;
let stored = false;
let refused = false;

const fresh = (entries) => {
  const oldest = Date.now() - MAX_AGE;
  return entries.filter((e) => e.at > oldest).slice(-MAX_QUEUED);
};

/** Puts what is not delivered where the next page finds it, if consent allows storage. */
const keep = () => {
  if (consent() !== 'full') return;
  const mine = [].concat(...underWay, queue);
  const ids = new Set(mine.map((e) => e.id));
  const others = (kept.read() || []).filter((e) => !ids.has(e.id));
  let room = MAX_KEPT;
  const all = fresh(others.concat(mine)).reverse().filter((e) => (room -= e.body.length) > 0);
  kept.write(all.length ? all.reverse() : undefined);
  stored = true;
};

const release = (batch) => {
  if (!stored) return;
  const ids = new Set(batch.map((e) => e.id));
  const rest = (kept.read() || []).filter((e) => !ids.has(e.id));
  stored = rest.length > 0;
  kept.write(stored ? rest : undefined);
};

/** Forgets everything: consent was withdrawn. */
export const forget = () => {
  queue = [];
  kept.write(undefined);
};

/** Takes over what earlier pages of this site could not deliver. */
export const adopt = () => {
  const found = kept.read();
  if (!Array.isArray(found)) return;
  kept.write(undefined);
  const known = new Set([].concat(...underWay, queue).map((e) => e.id));
  queue = fresh(found.filter((e) => e && typeof e.body === 'string' && !known.has(e.id)).concat(queue));
};

export const enqueue = (beacon) => {
  queue.push({ id: beacon.id, at: Date.now(), body: JSON.stringify(beacon) });
  queue = queue.slice(-MAX_QUEUED);
};

const takeBatch = () => {
  let size = 0;
  let n = 0;
  while (n < queue.length && (n === 0 || size + queue[n].body.length < MAX_BATCH)) {
    size += queue[n++].body.length;
  }
  return queue.splice(0, n);
};

const retryAfter = (answer) => {
  const text = answer && answer.headers.get('Retry-After');
  if (!text) return 0;
  const wait = /^\d+$/.test(text) ? text * 1e3 : Date.parse(text) - Date.now();
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER) : 0;
};

const settle = guard((batch, bytes, answer) => {
  underWay.delete(batch);
  bytesUnderWay -= bytes;
  const status = answer ? answer.status : 0;
  if (status === 0 || status === 408 || status === 429 || status >= 500) {
    failures++;
    queue = fresh(batch.concat(queue));
    const wait = Math.min(MAX_WAIT, 1e3 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
    retryAt = Date.now() + wait;
    // Jitter on top, or everyone who was turned away comes back at once.
    const asked = retryAfter(answer);
    if (asked) askedAt = Date.now() + asked * (1 + Math.random() / 10);
    keep();
  } else {
    failures = 0;
    // A wrong key or origin stays wrong for the life of this page.
    refused = status === 401 || status === 403;
    release(batch);
  }
  send();
});

const post = (batch) => {
  const body = batch.map((e) => e.body).join('\n');
  const bytes = new Blob([body]).size;
  const small = keepalive && bytesUnderWay + bytes <= KEEPALIVE_QUOTA;
  let answer;
  try {
    answer = fetch(config.endpoint, {
      method: 'POST',
      body,
      keepalive: small,
      credentials: 'omit',
      referrerPolicy: 'origin',
    });
  } catch {
    // No fetch, or one that will not take these options.
    if (!navigator.sendBeacon || !navigator.sendBeacon(config.endpoint, body)) {
      queue = batch.concat(queue);
      keep();
    }
    return;
  }
  underWay.add(batch);
  bytesUnderWay += bytes;
  answer.then(
    (r) => settle(batch, bytes, r),
    () => settle(batch, bytes),
  );
};

/**
 * Sends what is queued, one batch at a time; when the page is leaving, all that
 * the browser lets outlive it, and keeps the rest.
 */
export const send = guard((leaving) => {
  clearTimeout(timer);
  queue = refused ? [] : fresh(queue);
  if (!queue.length) return;
  const wait = Math.max(retryAt, askedAt) - Date.now();
  if (navigator.onLine === false || wait > 0) {
    if (wait > 0) timer = setTimeout(send, wait);
    keep();
    return;
  }
  if (!leaving) {
    if (!underWay.size) post(takeBatch());
    return;
  }
  if (failures) keep();
  while (queue.length && bytesUnderWay + queue[0].body.length < KEEPALIVE_QUOTA) post(takeBatch());
  if (queue.length) keep();
});

listen(window, 'online', () => {
  retryAt = 0;
  adopt();
  send();
});
