// Storage that may be missing, full or forbidden.

import { guard } from './guard.js';

/** Reads and removes JSON in `window[area]`; `write(undefined)` removes. */
export const slot = (area, name) => ({
  read: guard(() => JSON.parse(window[area].getItem(name))),
  write: guard((value) =>
    value === undefined ? window[area].removeItem(name) : window[area].setItem(name, JSON.stringify(value)),
  ),
});
