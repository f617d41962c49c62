// Faro as its documentation sets it up.
import { getWebInstrumentations, initializeFaro } from 'faro';

const { edge, key } = document.currentScript.dataset;

const faro = initializeFaro({
  url: edge + '/collect',
  apiKey: key,
  app: { name: 'shop', version: '2.4.1', environment: 'production' },
  user: { id: 'fontainebleau@example.com' },
  // Faro has no flags: a session attribute is the closest.
  sessionTracking: { session: { attributes: { 'new-payment-flow': 'true' } } },
  trackResources: true,
  instrumentations: getWebInstrumentations(),
});

window.sdk = { event: (name) => faro.api.pushEvent(name, { value: '1' }) };
