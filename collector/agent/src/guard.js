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

/** Has before and after called around a method, with its `this` and arguments. */
export const wrap = (object, name, before, after) => {
  const original = object[name];
  const [enter, leave] = [before, after].map((fn) => fn && guard(fn));
  object[name] = function () {
    if (enter) enter.apply(this, arguments);
    const result = original.apply(this, arguments);
    if (leave) leave.apply(this, arguments);
    return result;
  };
};
