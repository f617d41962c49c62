const part = () => Math.random().toString(36).slice(2);

/**
 * A random identifier of about 100 bits. It guards no secret, so Math.random
 * will do, which every browser has, on insecure pages too.
 */
export const newID = () => part() + part();
