// The agent's first promise: nothing it does reaches the page as an exception.

/** fn, with whatever it throws swallowed. */
export const guard = (fn) =>
  function () {
    try {
      return fn.apply(this, arguments);
    } catch {
      // The page must not learn of it, and reporting it could loop.
    }
  };

/** Listens in the capturing phase, which also sees what does not bubble. */
export const listen = (target, type, fn) => target.addEventListener(type, guard(fn), true);
