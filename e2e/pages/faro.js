// Faro as its documentation sets it up.
import { getWebInstrumentations, initializeFaro } from 'faro';

const { edge, key } = document.currentScript.dataset;

window.faro = initializeFaro({
  url: edge + '/collect',
  apiKey: key,
  app: { name: 'shop', version: '2.4.1', environment: 'production' },
  user: { id: 'jane.doe@example.com' },
  trackResources: true,
  instrumentations: getWebInstrumentations(),
});
