import { publish, running } from './api.js';
import { watchErrors } from './errors.js';
import { flushOnLeaving } from './flush.js';
import { guard } from './guard.js';
import { watchRequests } from './requests.js';
import { watchRoutes } from './routes.js';
import { adopt } from './transport.js';
import { vitals } from './vitals.js';

if (!running()) {
  // One that a browser cannot do must not cost the others.
  for (const start of [publish, watchErrors, watchRequests, watchRoutes, ...vitals, flushOnLeaving, adopt]) {
    guard(start)();
  }
}
