// The page's own fetch and XMLHttpRequest calls.

import { traceID } from './beacon.js';
import { config } from './config.js';
import { guard, listen, wrap } from './guard.js';
import { cleanURL } from './url.js';
import { add, currentView } from './view.js';

const own = cleanURL(config.endpoint);

// A browser that navigates away fails pending requests like a dead connection,
// before the page is notified.
const LEAVING_GRACE = 1e3;
let leaving;

/** Starts a request; the returned function receives the status, 0 for no connection. */
const beginRequest = (address, method, trace) => {
  const url = cleanURL(address);
  if (!url || url === own) return undefined;
  const view = currentView();
  const start = performance.now();
  return guard((status) => {
    const duration = Math.round(performance.now() - start);
    const request = { url, method: (method || 'GET').toUpperCase(), status, duration, trace };
    const keep = () => leaving || add('requests', request, view, !status || status >= 400 ? 'failed' : 'requests');
    if (status) keep();
    else setTimeout(guard(keep), LEAVING_GRACE);
  });
};

const beginFetch = guard((input, init) => {
  const trace = new Headers(init?.headers || input.headers).get('traceparent');
  return beginRequest(input.url || input, init?.method || input.method, traceID(trace));
});

const aborted = guard((error, input, init) => {
  const signal = init?.signal || input.signal;
  return error.name === 'AbortError' || (signal?.aborted && error.name !== 'TimeoutError');
});

const watchFetch = () => {
  const original = window.fetch;
  window.fetch = function (input, init) {
    const done = beginFetch(input, init);
    const answer = original.apply(this, arguments);
    if (!done) return answer;
    // The page gets the derived promise: a handler of ours on the original would
    // hide a rejection that the page left unhandled.
    return answer.then(
      (response) => {
        // An opaque response has no status.
        if (response.status) done(response.status);
        return response;
      },
      (error) => {
        if (!aborted(error, input, init)) done(0);
        throw error;
      },
    );
  };
};

const watchXHR = () => {
  const xhr = XMLHttpRequest.prototype;
  const calls = new WeakMap();
  wrap(xhr, 'open', function (method, url) {
    calls.set(this, { method, url });
  });
  wrap(xhr, 'setRequestHeader', function (name, value) {
    if (/^traceparent$/i.test(name)) calls.get(this).trace = traceID(value);
  });
  wrap(xhr, 'send', function () {
    const { method, url, trace } = calls.get(this);
    const done = beginRequest(url, method, trace);
    let stopped;
    this.addEventListener('abort', () => (stopped = true), { once: true });
    this.addEventListener('loadend', () => done && !stopped && done(this.status), { once: true });
  });
};

export const watchRequests = () => {
  listen(window, 'pagehide', () => (leaving = true));
  listen(window, 'pageshow', () => (leaving = false));
  guard(watchFetch)();
  guard(watchXHR)();
};
