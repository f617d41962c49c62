import { publish, running } from './api.js';
import { watchErrors } from './errors.js';
import { flushOnLeaving } from './flush.js';
import { guard } from './guard.js';
import { consent } from './identity.js';
import { watchRequests } from './requests.js';
import { watchRoutes } from './routes.js';
import { adopt } from './transport.js';
import { measureVitals } from './vitals.js';

if (!running()) {
  const start = [
    publish,
    watchErrors,
    watchRequests,
    watchRoutes,
    measureVitals,
    flushOnLeaving,
    () => consent() === 'full' && adopt(),
  ];
  for (const f of start) guard(f)();
}
