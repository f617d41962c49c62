// Honeycomb's distribution of OpenTelemetry as its documentation sets it up.
import { trace } from '@opentelemetry/api';
import { HoneycombWebSDK } from '@honeycombio/opentelemetry-web';
import { getWebAutoInstrumentations } from '@opentelemetry/auto-instrumentations-web';

const { edge, key } = document.currentScript.dataset;

new HoneycombWebSDK({
  endpoint: edge + '/k/' + key,
  apiKey: 'none',
  skipOptionsValidation: true,
  serviceName: 'shop',
  serviceVersion: '2.4.1',
  resourceAttributes: { 'deployment.environment.name': 'production' },
  spanProcessors: [{
    onStart: (span) => span.setAttribute('user.id', 'fontainebleau@example.com'),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }],
  instrumentations: [getWebAutoInstrumentations()],
}).start();

window.sdk = {
  event: (name) => trace.getTracer('shop').startSpan(name).end(),
};
