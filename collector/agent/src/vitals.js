// Core Web Vitals, navigation timing and long tasks.

import { onCLS, onFCP, onINP, onLCP, onTTFB } from '../third_party/web-vitals/web-vitals.js';
import { guard } from './guard.js';
import { addMetric, count, landing, viewAt, views } from './view.js';
import { cleanURL } from './url.js';

const round = (value) => Math.round(value * 1e4) / 1e4;

/** LCP, FCP and TTFB measure the load, so they belong to the landing view. */
const loading = guard((metric) => {
  // After a restore from the back/forward cache they are near zero, which would
  // improve the percentiles of real loads.
  if (metric.navigationType === 'back-forward-cache') return;
  addMetric(landing, metric.name.toLowerCase(), round(metric.value));
  if (metric.name === 'TTFB') navigationTiming(metric.entries[0]);
});

const navigationTiming = (t) => {
  if (!t) return;
  const secure = t.secureConnectionStart;
  addMetric(landing, 'dns', round(t.domainLookupEnd - t.domainLookupStart));
  addMetric(landing, 'tcp', round((secure || t.connectEnd) - t.connectStart));
  if (secure) addMetric(landing, 'tls', round(t.connectEnd - secure));
};

/** The view in which an INP or CLS was measured. */
const viewOf = ({ entries, navigationURL, navigationStartTime }) => {
  const last = entries[entries.length - 1];
  if (last) return viewAt(last.startTime);
  const url = cleanURL(navigationURL);
  return views.filter((v) => v.url === url).pop() || viewAt(navigationStartTime);
};

/**
 * INP and CLS grow, and are reported again each time the page is hidden: the last
 * value of a metric counts. If the browser sees more navigations in a view than
 * we do, the worst of them counts.
 */
const growing = guard((metric) => {
  const view = viewOf(metric);
  const name = metric.name.toLowerCase();
  const seen = (view.vitals[name] = view.vitals[name] || {});
  seen[metric.id] = metric.value;
  addMetric(view, name, round(Math.max(...Object.values(seen))));
});

const countLongTasks = () => {
  if (!PerformanceObserver.supportedEntryTypes.includes('longtask')) return;
  const observer = new PerformanceObserver(
    guard((list) => {
      for (const task of list.getEntries()) {
        const view = viewAt(task.startTime);
        addMetric(view, 'long_tasks', count(view, 'long_tasks'));
      }
    }),
  );
  observer.observe({ type: 'longtask', buffered: true });
  addMetric(landing, 'long_tasks', 0);
};

const perNavigation = { reportSoftNavs: true };

export const vitals = [
  () => onTTFB(loading),
  () => onFCP(loading),
  () => onLCP(loading),
  () => onCLS(growing, perNavigation),
  // All changes: an interaction just before the page is hidden is only processed
  // after the final report.
  () => onINP(growing, { ...perNavigation, reportAllChanges: true }),
  countLongTasks,
];
