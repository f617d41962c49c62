// When beacons are made and sent.

import { takeBeacons } from './beacon.js';
import { guard, listen } from './guard.js';
import { consent } from './identity.js';
import { enqueue, send } from './transport.js';
import { views, whenGathered } from './view.js';

const DELAY = 5e3;

let timer;
let again;

const hidden = () => document.visibilityState === 'hidden';

// A prerendered page may never be shown, and nothing is sent before consent:
// everything stays in the views, which are bounded.
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
  // Vitals are final only when the page is hidden, and can arrive after our own
  // listener has sent the rest: send them at once, before the page closes.
  if (hidden() && !again) {
    again = true;
    queueMicrotask(() => {
      again = false;
      flush(true);
    });
  }
});

/** Must be called after web-vitals has registered its listeners, to run after them. */
export const flushOnLeaving = () => {
  listen(document, 'visibilitychange', () => hidden() && flush(true));
  listen(window, 'pagehide', () => flush(true));
  listen(document, 'prerenderingchange', () => flush());
};
