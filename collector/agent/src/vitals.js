// Core Web Vitals, navigation timing and long tasks.

import { onCLS, onFCP, onINP, onLCP, onTTFB } from '../third_party/web-vitals/web-vitals.js';
import { guard } from './guard.js';
import { addMetric, count, landing, viewAt, views } from './view.js';
import { cleanURL } from './url.js';

const round = (value) => Math.round(value * 1e4) / 1e4;

/** LCP, FCP and TTFB: about the load, so they belong to the view that loaded. */
const loading = guard((metric) => {
  // After a back/forward-cache restore they are near zero, which would flatter
  // the tail of real loads.
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

/** The view in which a responsiveness or layout metric arose. */
const viewOf = ({ entries, navigationURL, navigationStartTime }) => {
  const last = entries[entries.length - 1];
  if (last) return viewAt(last.startTime);
  const url = cleanURL(navigationURL);
  return views.filter((v) => v.url === url).pop() || viewAt(navigationStartTime);
};

/**
 * INP and CLS grow, and are reported again each time the page is hidden: the
 * last value of a metric holds. Where the browser sees more navigations in a
 * view than we do, the worst of them does.
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
  // All changes: an interaction that the page is hidden right after is only
  // looked at when the final report has been made.
  () => onINP(growing, { ...perNavigation, reportAllChanges: true }),
  countLongTasks,
];
