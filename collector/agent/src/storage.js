// Storage that may be missing, full or forbidden.

import { config } from './config.js';
import { guard } from './guard.js';

const key = (name) => 'rum.' + name + ':' + config.key;

/** What save stored under the name in 'localStorage' or 'sessionStorage'. */
export const load = guard((area, name) => JSON.parse(window[area].getItem(key(name))));

/** Stores a value as JSON; nothing, to remove it. */
export const save = guard((area, name, value) => {
  if (value) window[area].setItem(key(name), JSON.stringify(value));
  else window[area].removeItem(key(name));
});
