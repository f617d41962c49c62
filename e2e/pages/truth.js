// The browser's own measurements, by the definitions of the metrics and without a
// library.
window.truth = { lcp: 0, inp: 0, cls: 0, fcp: 0, ttfb: 0, restored: false };
{
  const watch = (type, each, options) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options });
  watch('largest-contentful-paint', (e) => (truth.lcp = e.startTime));
  watch('paint', (e) => e.name === 'first-contentful-paint' && (truth.fcp = e.startTime));
  watch('navigation', (e) => (truth.ttfb = e.responseStart));
  watch('event', (e) => e.interactionId && (truth.inp = Math.max(truth.inp, e.duration)), { durationThreshold: 16 });
  let sum = 0;
  let first;
  let last;
  watch('layout-shift', (e) => {
    if (e.hadRecentInput) return;
    const joins = sum > 0 && e.startTime - last < 1000 && e.startTime - first < 5000;
    sum = joins ? sum + e.value : e.value;
    if (!joins) first = e.startTime;
    last = e.startTime;
    truth.cls = Math.max(truth.cls, sum);
  });
  addEventListener('pageshow', (e) => e.persisted && (truth.restored = true));
}
