// AWS CloudWatch RUM, without the credentials that AWS itself would want.
import { AwsRum } from 'aws-rum-web';

const { edge, key } = document.currentScript.dataset;

const aws = new AwsRum('11111111-2222-3333-4444-555555555555', '2.4.1', 'eu-west-1', {
  endpoint: edge + '/k/' + key,
  signing: false,
  sessionSampleRate: 1,
  allowCookies: true,
  userId: 'fontainebleau@example.com',
  sessionAttributes: { 'new-payment-flow': 'true' },
  telemetries: ['errors', 'performance', 'http'],
});

window.sdk = { event: (name) => aws.recordEvent(name, { value: 1 }) };
