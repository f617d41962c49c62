// Turns what a view has gathered into beacons.

import { config } from './config.js';
import { newID } from './id.js';
import { consent, currentSession, currentUser, saidConsent } from './identity.js';
import { discard } from './view.js';

// Keeps a beacon with long stacks below what a keepalive request may carry.
const ERRORS_PER_BEACON = 5;

// iPads call themselves Macs; only the fingers tell.
const device = () =>
  /^Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1 ? 'tablet' : undefined;

// The page's own trace, if its server wrote one: <meta name="traceparent">.
const pageTrace = () => {
  const meta = document.querySelector('meta[name=traceparent]');
  return meta ? traceID(meta.content) : undefined;
};

/** The trace id of a W3C traceparent header, or undefined. */
export const traceID = (traceparent) => {
  const m = /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent || '');
  return m ? m[1] : undefined;
};

const filled = (o) => (Object.keys(o).length ? o : undefined);

/**
 * The beacons of a view, which is emptied. Errors travel in beacons of their
 * own, at sample rate 1: sessions outside the sample send them too, so scaling
 * them by the inverse of the rate would count them many times. Those sessions
 * mark them `sampled: false`, since they stand for no page view.
 */
export const takeBeacons = (view) => {
  const level = consent();
  const out = [];
  if (level !== 'full' && level !== 'minimal') {
    discard(view);
    return out;
  }
  const full = level === 'full';
  // A view stays in the session it began in, however long it is left open.
  if (full) view.session = currentSession(view.session);
  const session = full ? view.session : {};
  const sampled = full && session.sampled;
  const common = {
    sdk: 'rum.js',
    time: Date.now(),
    release: config.release,
    environment: config.environment,
    url: view.url,
    route: view.route,
    view: view.id,
    session: session.id,
    user: full ? currentUser() : undefined,
    consent: saidConsent(),
    device: device(),
    connection: (navigator.connection || {}).effectiveType,
    tags: filled(config.tags),
    trace: pageTrace(),
  };
  const metrics = filled(view.metrics);
  if (sampled && (view.navigation || metrics || view.requests.length || view.events.length)) {
    out.push({
      id: newID(),
      ...common,
      navigation: view.navigation || undefined,
      sample_rate: session.rate,
      metrics,
      requests: filled(view.requests),
      events: filled(view.events),
    });
    view.navigation = false;
  }
  for (;;) {
    const errors = view.errors.splice(0, ERRORS_PER_BEACON);
    // What the cap left out, so that nobody takes the cap for the count.
    const dropped = view.dropped > view.told && !view.errors.length;
    if (!errors.length && !dropped) break;
    out.push({
      id: newID(),
      ...common,
      sample_rate: 1,
      sampled: sampled ? undefined : false,
      errors: filled(errors),
      metrics: dropped ? { errors_dropped: (view.told = view.dropped) } : undefined,
    });
  }
  discard(view);
  return out;
};
