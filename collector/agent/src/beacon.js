// Turns what a view has gathered into beacons.

import { config } from './config.js';
import { newID } from './id.js';
import { consent, currentSession } from './identity.js';
import { MAX, discard } from './view.js';

// Keeps a beacon with long stacks below what a keepalive request may carry.
const ERRORS_PER_BEACON = 5;

// iPads call themselves Macs; only the fingers tell.
const device = () =>
  /^Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1 ? 'tablet' : undefined;

/** The trace id of a W3C traceparent, or undefined. */
export const traceID = (traceparent) => /^\w\w-(\w{32})-/.exec(traceparent)?.[1];

// The page's own trace, if its server wrote one: <meta name="traceparent">.
const pageTrace = () => traceID(document.querySelector('meta[name=traceparent]')?.content);

const filled = (o) => (Object.keys(o).length ? o : undefined);

/**
 * The beacons of a view, which is emptied. Errors travel in beacons of their
 * own, at sample rate 1: sessions outside the sample send them too, so scaling
 * them by the inverse of the rate would count them many times. Those sessions
 * mark them `sampled: false`, since they stand for no page view.
 */
export const takeBeacons = (view) => {
  const level = consent();
  const full = level === 'full';
  const out = [];
  // A view stays in the session it began in, however long it is left open.
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
      // Where nobody has said anything, the site's default holds.
      consent: config.consent || !full ? level : undefined,
      device: device(),
      connection: navigator.connection?.effectiveType,
      tags: filled(config.tags),
      trace: pageTrace(),
      ...fields,
    });

  if (session.sampled) {
    const gathered = {
      navigation: view.navigation || undefined,
      metrics: filled(view.metrics),
      requests: filled(view.requests),
      events: filled(view.events),
    };
    if (Object.values(gathered).some(Boolean)) make({ sample_rate: session.rate, ...gathered });
  }
  if (level !== 'none') {
    const error = (fields) => make({ sample_rate: 1, sampled: session.sampled ? undefined : false, ...fields });
    while (view.errors[0]) error({ errors: view.errors.splice(0, ERRORS_PER_BEACON) });
    // What the cap left out, so that nobody takes the cap for the count.
    const dropped = view.counts.errors - MAX;
    if (dropped > 0 && dropped !== view.dropped) error({ metrics: { errors_dropped: (view.dropped = dropped) } });
  }
  view.navigation = false;
  discard(view);
  return out;
};
