// What goes wrong in the shop, on demand.
window.shop = {
  /** A banner pushes the page down. */
  shift() {
    document.getElementById('banner').style.height = '200px';
  },
  /** Blocks the main thread for 300 ms. */
  pay() {
    const end = performance.now() + 300;
    while (performance.now() < end);
  },
  throws() {
    setTimeout(() => {
      throw new TypeError('no cart for jane.doe@example.com');
    });
  },
  rejects() {
    Promise.reject(new RangeError('order 8412 declined'));
  },
  async fetches(dead) {
    await fetch('/status/500', { method: 'POST' });
    await fetch(dead).catch(() => {});
  },
};
