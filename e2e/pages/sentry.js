// Sentry as its documentation sets it up, by DSN or through a tunnel.
import * as Sentry from 'sentry';

const { edge, key, tunnel } = document.currentScript.dataset;

Sentry.init({
  dsn: edge.replace('://', '://' + key + '@') + '/1',
  tunnel: tunnel && edge + tunnel,
  release: '2.4.1',
  environment: 'production',
  tracesSampleRate: 1,
  sendDefaultPii: true,
  integrations: [Sentry.browserTracingIntegration(), Sentry.featureFlagsIntegration?.()].filter(Boolean),
});
Sentry.setUser({ id: 'fontainebleau@example.com' });
Sentry.setTag('tier', 'paid');
Sentry.getClient().getIntegrationByName('FeatureFlags')?.addFeatureFlag('new-payment-flow', true);

window.sdk = { event: (name) => Sentry.captureMessage(name, 'info') };
