// Uncaught errors, unhandled rejections and resources that failed to load.

import { listen } from './guard.js';
import { cleanURL } from './url.js';
import { add } from './view.js';

const MAX_MESSAGE = 1024;
const MAX_STACK = 8192;

const report = (type, message, stack, handled) =>
  add('errors', {
    type: String(type).slice(0, 128),
    message: String(message)
      .replace(/^Uncaught (\(in promise\) )?/, '')
      .slice(0, MAX_MESSAGE),
    stack: stack ? String(stack).slice(0, MAX_STACK) : undefined,
    handled,
    time: Date.now(),
  });

// What was thrown is often no Error. Of a plain object only the names of its
// fields are sent: its values may be anybody's data.
const describe = (value) =>
  value && typeof value === 'object' ? 'object with ' + Object.keys(value).slice(0, 20).join(', ') : value;

/** Records anything thrown; fallback is the type of what is no Error. */
export const recordError = (value, fallback, handled) => {
  const { name, message, stack } = value || {};
  if (typeof message === 'string') report(name || fallback, message, stack, handled);
  else report(fallback, describe(value), undefined, handled);
};

/** Takes error events of the window, and of the elements in it. */
export const onErrorEvent = (event) => {
  const { target, error, message, filename } = event;
  if (target && target.localName) {
    // A script, style sheet, image or frame that did not load.
    const url = cleanURL(target.src || target.href);
    if (url) report('ResourceError', target.localName + ' ' + url, undefined, false);
  } else if (error != null) {
    recordError(error, 'Error', false);
  } else {
    // The browser tells little of what other origins' scripts throw.
    const at = filename && 'at ' + cleanURL(filename) + ':' + event.lineno + ':' + event.colno;
    report('Error', message || 'Script error.', at, false);
  }
};

export const onRejection = (event) => recordError(event.reason, 'UnhandledRejection', false);

export const watchErrors = () => {
  listen(window, 'error', onErrorEvent);
  listen(window, 'unhandledrejection', onRejection);
};
