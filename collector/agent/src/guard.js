// Guarantees that the agent never throws into the page.

/** fn without its exceptions. */
export const guard = (fn) =>
  function () {
    try {
      return fn.apply(this, arguments);
    } catch {
      // The page must not see it, and reporting it could loop.
    }
  };

/** Listens in the capture phase, which also gets events that do not bubble. */
export const listen = (target, type, fn) => target.addEventListener(type, guard(fn), true);

/** Calls fn before a method, with its `this` and arguments, and the function that fn returns after it. */
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
