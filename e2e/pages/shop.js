// What goes wrong in the shop, on demand.
window.shop = {
  /** How long a payment blocks the main thread, milliseconds. */
  slowness: 300,
  /** A banner pushes the page down. */
  shift() {
    document.getElementById('banner').style.height = '200px';
  },
  pay() {
    const end = performance.now() + shop.slowness;
    while (performance.now() < end);
  },
  throws() {
    setTimeout(() => {
      throw new TypeError('no cart for fontainebleau@example.com');
    });
  },
  rejects() {
    Promise.reject(new RangeError('order 8412 declined'));
  },
  async fetches(dead) {
    await fetch('/status/500', { method: 'POST' });
    await fetch(dead).catch(() => {});
  },
  /** Another route of the application, without a page load. */
  route(path) {
    history.pushState(null, '', path);
  },
};
