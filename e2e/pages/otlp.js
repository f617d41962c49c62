// OpenTelemetry's browser instrumentations as their documentation sets them up:
// logs over OTLP, with fetch as spans. An attribute processor adds what the
// conventions leave to the application: page, user, session.
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { ErrorsInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/errors';
import { NavigationInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/navigation';
import { NavigationTimingInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/navigation-timing';
import { ResourceTimingInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/resource-timing';
import { UserActionInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/user-action';
import { WebVitalsInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/web-vitals';
import { OTLPLogExporter as JSONLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JSONTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';

const { edge, key, format } = document.currentScript.dataset;
const [Logs, Traces] = format === 'protobuf' ? [ProtobufLogs, ProtobufTraces] : [JSONLogs, JSONTraces];
const to = (signal) => ({ url: edge + '/v1/' + signal, headers: { 'x-rum-key': key } });
const resource = resourceFromAttributes({
  'service.name': 'shop',
  'service.version': '2.4.1',
  'deployment.environment.name': 'production',
  'user_agent.original': navigator.userAgent,
});
const session = crypto.randomUUID();
const common = () => ({ 'url.full': location.href, 'session.id': session, 'user.id': 'fontainebleau@example.com' });

const who = {
  onEmit(record) {
    for (const [name, value] of Object.entries(common())) if (!(name in record.attributes)) record.setAttribute(name, value);
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
const provider = new LoggerProvider({ resource, processors: [who, new BatchLogRecordProcessor({ exporter: new Logs(to('logs')), scheduledDelayMillis: 500 })] });
logs.setGlobalLoggerProvider(provider);

const where = {
  onStart: (span) => span.setAttributes({ 'session.id': session, 'user.id': 'fontainebleau@example.com', 'page.url': location.href }),
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
const traces = new WebTracerProvider({ resource, spanProcessors: [where, new BatchSpanProcessor(new Traces(to('traces')), { scheduledDelayMillis: 500 })] });
traces.register();

registerInstrumentations({
  instrumentations: [
    new ErrorsInstrumentation(),
    new NavigationInstrumentation(),
    new NavigationTimingInstrumentation(),
    // Else it observes the exporter and makes it send again, in an endless loop.
    new ResourceTimingInstrumentation({ ignoreUrls: [new RegExp('^' + edge)] }),
    new UserActionInstrumentation(),
    new WebVitalsInstrumentation(),
    new FetchInstrumentation({ ignoreUrls: [new RegExp('^' + edge)] }),
  ],
});

const logger = logs.getLogger('shop');
logger.emit({ eventName: 'feature_flag.evaluation', attributes: { 'feature_flag.key': 'new-payment-flow', 'feature_flag.result.variant': 'true' } });

window.sdk = { event: (name) => logger.emit({ eventName: name, severityNumber: SeverityNumber.INFO, attributes: { value: 1 } }) };
