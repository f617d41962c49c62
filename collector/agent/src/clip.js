// Bounds on what the page hands over.

/** The value as text of at most max characters. */
export const clip = (value, max = 256) => String(value).slice(0, max);

/** Whether an object may take a value under the key: 30 keys is enough. */
export const hasRoom = (object, key) => key in object || Object.keys(object).length < 30;
