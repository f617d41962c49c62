// The page's own fetch and XMLHttpRequest calls.

import { traceID } from './beacon.js';
import { config } from './config.js';
import { guard, listen } from './guard.js';
import { cleanURL } from './url.js';
import { addRequest, currentView } from './view.js';

const own = cleanURL(config.endpoint);

// A browser that navigates away fails what is under way just like a dead
// connection, before the page hears that it is leaving.
const LEAVING_GRACE = 1e3;
let leaving = false;

/** Begins a request; what it returns takes the status, 0 for no connection. */
const begin = (url, method, trace) => {
  const clean = cleanURL(url);
  if (!clean || clean === own) return undefined;
  const view = currentView();
  const start = performance.now();
  return guard((status) => {
    const add = () =>
      addRequest(view, {
        url: clean,
        method: String(method || 'GET').toUpperCase().slice(0, 16),
        status,
        duration: Math.round((end - start) * 10) / 10,
        trace,
      });
    const end = performance.now();
    if (status) add();
    else setTimeout(guard(() => leaving || add()), LEAVING_GRACE);
  });
};

const beginFetch = guard((input, init) => {
  const request = input instanceof Request ? input : {};
  const headers = new Headers((init && init.headers) || request.headers || {});
  return begin(request.url || input, (init && init.method) || request.method, traceID(headers.get('traceparent')));
});

const aborted = guard((error, input, init) => {
  const signal = (init && init.signal) || (input && input.signal);
  const name = error && error.name;
  return name === 'AbortError' || (signal && signal.aborted && name !== 'TimeoutError');
});

const watchFetch = () => {
  const original = window.fetch;
  if (!original) return;
  window.fetch = function (input, init) {
    const done = beginFetch(input, init);
    const answer = original.apply(this, arguments);
    if (!done) return answer;
    // The page gets the derived promise: were ours a side branch, it would count
    // as the handler of a rejection that the page has left unhandled.
    return answer.then(
      (response) => {
        // An opaque answer does not tell its status.
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
  const proto = XMLHttpRequest.prototype;
  const { open, send, setRequestHeader } = proto;
  const calls = new WeakMap();
  const opened = guard((xhr, method, url) => calls.set(xhr, { method, url }));
  const header = guard((xhr, name, value) => {
    if (/^traceparent$/i.test(name)) calls.get(xhr).trace = traceID(value);
  });
  const sent = guard((xhr) => {
    const call = calls.get(xhr);
    const done = begin(call.url, call.method, call.trace);
    if (!done) return;
    let stopped = false;
    xhr.addEventListener('abort', () => (stopped = true), { once: true });
    xhr.addEventListener('loadend', () => stopped || done(xhr.status), { once: true });
  });
  proto.open = function (method, url) {
    opened(this, method, url);
    return open.apply(this, arguments);
  };
  proto.setRequestHeader = function (name, value) {
    header(this, name, value);
    return setRequestHeader.apply(this, arguments);
  };
  proto.send = function () {
    sent(this);
    return send.apply(this, arguments);
  };
};

export const watchRequests = () => {
  listen(window, 'pagehide', () => (leaving = true));
  listen(window, 'pageshow', () => (leaving = false));
  guard(watchFetch)();
  guard(watchXHR)();
};
