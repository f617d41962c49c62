// Limits for what the page passes.

/** The value as text of at most max characters, not cut inside a surrogate pair. */
export const clip = (value, max = 256) => String(value).slice(0, max).replace(/[\ud800-\udbff]$/, '');

/** Whether an object has room for a key: at most 30 keys. */
export const hasRoom = (object, key) => key in object || Object.keys(object).length < 30;
