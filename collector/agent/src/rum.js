import { publish, running } from './api.js';
import { watchErrors } from './errors.js';
import { flushOnLeaving } from './flush.js';
import { guard } from './guard.js';
import { watchRequests } from './requests.js';
import { watchRoutes } from './routes.js';
import { loadUndelivered } from './transport.js';
import { vitals } from './vitals.js';

if (!running()) {
  // If a browser does not support one, the others still run.
  for (const start of [publish, watchErrors, watchRequests, watchRoutes, ...vitals, flushOnLeaving, loadUndelivered]) {
    guard(start)();
  }
}
