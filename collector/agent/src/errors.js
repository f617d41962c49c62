// Uncaught errors, unhandled rejections and resources that failed to load.

import { clip } from './clip.js';
import { listen } from './guard.js';
import { cleanURL } from './url.js';
import { add } from './view.js';

const MAX_MESSAGE = 1024;
const MAX_STACK = 8192;

const report = (type, message, stack, handled) =>
  add('errors', {
    type: clip(type),
    message: clip(message, MAX_MESSAGE), // the collector removes "Uncaught " and the like
    stack: stack && clip(stack, MAX_STACK),
    handled,
    time: Date.now(),
  });

// The thrown value is often not an Error. Of a plain object only the field names
// are sent: its values may be personal data.
const describe = (value) =>
  value && typeof value === 'object' ? 'object with ' + Object.keys(value).slice(0, 20).join(', ') : value;

/** Records any thrown value; fallback is the type for values that are not Errors. */
export const recordError = (value, fallback, handled) => {
  const { name, message, stack } = value || {};
  if (typeof message === 'string') report(name || fallback, message, stack, handled);
  else report(fallback, describe(value), undefined, handled);
};

/** Handles error events of the window and its elements. */
export const onErrorEvent = (event) => {
  const { target, error, message } = event;
  if (target?.localName) {
    // A script, style sheet, image or frame failed to load.
    const url = cleanURL(target.src || target.href);
    if (url) report('ResourceError', target.localName + ' ' + url, undefined, false);
  } else if (error != null) {
    recordError(error, 'Error', false);
  } else {
    // Browsers hide the details of errors in other origins' scripts.
    report('Error', message, undefined, false);
  }
};

export const onRejection = (event) => recordError(event.reason, 'UnhandledRejection', false);

export const watchErrors = () => {
  listen(window, 'error', onErrorEvent);
  listen(window, 'unhandledrejection', onRejection);
};
