// Dash0's SDK as its documentation sets it up.
import { identify, init, sendEvent } from '@dash0/sdk-web';

const { edge, key } = document.currentScript.dataset;

init({
  serviceName: 'shop',
  serviceVersion: '2.4.1',
  environment: 'production',
  endpoint: { url: edge + '/k/' + key, authToken: 'none' },
});
identify('jane.doe@example.com');

window.sdk = { event: (name) => sendEvent(name, { data: 'cart' }) };
