// Datadog RUM as its documentation sets it up, with its proxy.
import { datadogRum } from 'datadog';

const { edge, key, compress } = document.currentScript.dataset;

// Before init, so that the first event names the user, too.
datadogRum.setUser({ id: 'fontainebleau@example.com' });
datadogRum.init({
  applicationId: '5e2d1c3b-0000-4000-8000-000000000001',
  clientToken: key,
  site: 'datadoghq.com',
  proxy: edge + '/datadog',
  service: 'shop',
  env: 'production',
  version: '2.4.1',
  sessionSampleRate: 100,
  sessionReplaySampleRate: 0,
  telemetrySampleRate: 100,
  trackUserInteractions: true,
  trackResources: true,
  trackLongTasks: true,
  enableExperimentalFeatures: ['feature_flags'],
  compressIntakeRequests: compress !== undefined,
});
datadogRum.setGlobalContextProperty('tier', 'paid');
datadogRum.addFeatureFlagEvaluation('new-payment-flow', true);

window.sdk = { event: (name) => datadogRum.addAction(name, { value: 1 }) };
