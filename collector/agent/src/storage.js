// Storage that may be missing, full or forbidden: one key in each area.

import { config } from './config.js';
import { guard } from './guard.js';

const key = 'rum:' + config.key;

/** The value that save stored in 'localStorage' or 'sessionStorage'. */
export const load = guard((area) => JSON.parse(window[area].getItem(key)));

/** Stores a value as JSON; without a value, removes it. */
export const save = guard((area, value) => {
  if (value) window[area].setItem(key, JSON.stringify(value));
  else window[area].removeItem(key);
});
