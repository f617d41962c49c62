// Uncaught errors, unhandled rejections and resources that failed to load.

import { listen } from './guard.js';
import { cleanURL } from './url.js';
import { addError } from './view.js';

const MAX_MESSAGE = 1024;
const MAX_STACK = 8192;

const add = (type, message, stack, handled) =>
  addError({
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
const describe = (value) => {
  if (value === null || typeof value !== 'object') return String(value);
  return typeof value.message === 'string'
    ? value.message
    : 'object with ' + (Object.keys(value).sort().slice(0, 20).join(', ') || 'no fields');
};

const isError = (value) => value && typeof value === 'object' && typeof value.message === 'string';

/** Records anything thrown; fallback is the type of what is no Error. */
export const recordError = (value, fallback, handled) =>
  isError(value)
    ? add(value.name || fallback, value.message, value.stack, handled)
    : add(fallback, describe(value), undefined, handled);

export const onErrorEvent = (event) => {
  const target = event.target;
  if (target && target !== window && target.nodeType === 1) {
    // A script, style sheet, image or frame that did not load.
    const url = cleanURL(target.src || target.href || '');
    if (url) add('ResourceError', target.localName + ' ' + url, undefined, false);
    return;
  }
  if (event.error != null) return recordError(event.error, 'Error', false);
  const at = cleanURL(event.filename) ? cleanURL(event.filename) + ':' + event.lineno + ':' + event.colno : '';
  add('Error', event.message || 'Script error.', at && 'at ' + at, false);
};

export const onRejection = (event) => recordError(event.reason, 'UnhandledRejection', false);

export const watchErrors = () => {
  listen(window, 'error', onErrorEvent);
  listen(window, 'unhandledrejection', onRejection);
};
