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

/** Has fn called before a method, with its `this` and arguments, and what fn returns after it. */
export const wrap = (object, name, fn) => {
  const original = object[name];
  const before = guard(fn);
  object[name] = function () {
    const after = before.apply(this, arguments);
    const result = original.apply(this, arguments);
    if (after) after();
    return result;
  };
};
