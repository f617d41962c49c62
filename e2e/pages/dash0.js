// Dash0's SDK as its documentation sets it up.
import { init, sendEvent } from '@dash0/sdk-web';

const { edge, key } = document.currentScript.dataset;

init({
  serviceName: 'shop',
  serviceVersion: '2.4.1',
  environment: 'production',
  // identify() comes after the first page view was sent.
  additionalSignalAttributes: { 'user.id': 'fontainebleau@example.com' },
  endpoint: { url: edge + '/k/' + key, authToken: 'none' },
});

window.sdk = { event: (name) => sendEvent(name, { data: 'cart' }) };
