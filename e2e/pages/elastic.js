// Elastic's RUM agent as its documentation sets it up.
import { init as initApm } from '@elastic/apm-rum';

const { edge, key, version } = document.currentScript.dataset;

const apm = initApm({
  serviceName: 'shop',
  serviceVersion: '2.4.1',
  environment: 'production',
  serverUrl: edge + '/k/' + key,
  apiVersion: Number(version),
});
apm.setUserContext({ id: 'fontainebleau@example.com' });
apm.addLabels({ tier: 'paid', 'new-payment-flow': 'true' });

window.sdk = {
  event(name) {
    const t = apm.startTransaction(name, 'custom');
    const span = t.startSpan('pay', 'app');
    setTimeout(() => {
      span.end();
      t.end();
    }, 20);
  },
};
