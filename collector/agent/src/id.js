const part = () => Math.random().toString(36).slice(2);

/**
 * A random identifier of about 100 bits. It protects no secret, so Math.random
 * suffices; every browser has it, even on insecure pages.
 */
export const newID = () => part() + part();
