// Turns the data of a view into beacons.

import { config } from './config.js';
import { newID } from './id.js';
import { consent, currentSession } from './identity.js';
import { MAX, discard } from './view.js';

// Keeps a beacon with long stacks under the size limit of keepalive requests.
const ERRORS_PER_BEACON = 5;

// iPads report themselves as Macs, but have touch points.
const device = () =>
  /^Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1 ? 'tablet' : undefined;

/** The trace id of a W3C traceparent, or undefined. */
export const traceID = (traceparent) => /^\w\w-(\w{32})-/.exec(traceparent)?.[1];

// The trace of the page itself, if its server sends <meta name="traceparent">.
const pageTrace = () => traceID(document.querySelector('meta[name=traceparent]')?.content);

const filled = (o) => (Object.keys(o).length ? o : undefined);

/**
 * Empties a view into beacons. Errors are in beacons of their own, with sample
 * rate 1: sessions outside the sample send them too, so scaling them up would
 * count them many times. Those sessions mark them `sampled: false`, because they
 * are not page views.
 */
export const takeBeacons = (view) => {
  const level = consent();
  const full = level === 'full';
  const out = [];
  // A view stays in the session it began in, even if it is open for long.
  if (full) view.session = currentSession(view.session);
  const session = full ? view.session : {};
  const make = (fields) =>
    out.push({
      id: newID(),
      sdk: 'rum.js',
      time: Date.now(),
      release: config.release,
      environment: config.environment,
      url: view.url,
      route: view.route,
      view: view.id,
      session: session.id,
      user: full ? config.user : undefined,
      // If consent was never set, the site's default applies.
      consent: config.consent || !full ? level : undefined,
      device: device(),
      connection: navigator.connection?.effectiveType,
      tags: filled(config.tags),
      trace: pageTrace(),
      ...fields,
    });

  if (session.sampled) {
    const data = {
      navigation: view.navigation || undefined,
      metrics: filled(view.metrics),
      requests: filled(view.requests),
      events: filled(view.events),
    };
    if (Object.values(data).some(Boolean)) make({ sample_rate: session.rate, ...data });
  }
  if (level !== 'none') {
    const error = (fields) => make({ sample_rate: 1, sampled: session.sampled ? undefined : false, ...fields });
    while (view.errors[0]) error({ errors: view.errors.splice(0, ERRORS_PER_BEACON) });
    // The errors over the cap, so that the cap is not taken for the count.
    const dropped = view.counts.errors - MAX;
    if (dropped > 0 && dropped !== view.dropped) error({ metrics: { errors_dropped: (view.dropped = dropped) } });
  }
  view.navigation = false;
  discard(view);
  return out;
};
