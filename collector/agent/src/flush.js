// When beacons are made and sent.

import { takeBeacons } from './beacon.js';
import { guard, listen } from './guard.js';
import { consent } from './identity.js';
import { enqueue, send } from './transport.js';
import { views, whenGathered } from './view.js';

const DELAY = 5e3;

let timer;
let again;

export const hidden = () => document.visibilityState === 'hidden';

// A prerendered page may never be shown, and before consent nothing goes out:
// everything waits in the views, which are bounded.
const held = () => document.prerendering || !consent();

export const flush = guard((leaving) => {
  if (held()) return;
  clearTimeout(timer);
  timer = 0;
  for (const view of views) takeBeacons(view).forEach(enqueue);
  send(leaving === true);
});

whenGathered(() => {
  if (held()) return;
  timer = timer || setTimeout(flush, DELAY);
  // What comes in after the page was hidden may be the last chance: vitals are
  // final only then, and can land after our own listener.
  if (hidden() && !again) {
    again = true;
    queueMicrotask(() => {
      again = false;
      flush(true);
    });
  }
});

/** Called after web-vitals has registered its own listeners, so that it runs after them. */
export const flushOnLeaving = () => {
  const leave = () => {
    if (hidden()) {
      flush(true);
      setTimeout(flush, 0, true);
    }
  };
  listen(document, 'visibilitychange', leave);
  listen(window, 'pagehide', () => flush(true));
  listen(document, 'prerenderingchange', () => flush());
};
