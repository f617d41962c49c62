// boomerang, with the plugins that vitals, requests, errors and restores come
// from, and the parameters that rumtop reads.
import 'boomerangjs/boomerang.js';
import 'boomerangjs/plugins/continuity.js';
import 'boomerangjs/plugins/auto-xhr.js';
import 'boomerangjs/plugins/rt.js';
import 'boomerangjs/plugins/painttiming.js';
import 'boomerangjs/plugins/navtiming.js';
import 'boomerangjs/plugins/mobile.js';
import 'boomerangjs/plugins/compression.js';
import errors from 'boomerangjs/plugins/errors.js';
import 'boomerangjs/plugins/eventtiming.js';
import 'boomerangjs/plugins/bfcache.js';
import 'boomerangjs/plugins/zzz-last-plugin.js';

const { edge, key, type } = document.currentScript.dataset;

// Its scripts are made for concatenation, not for import.
window.ErrorStackParser = errors.ErrorStackParser;

BOOMR.init({
  beacon_url: edge + '/boomerang?key=' + key,
  beacon_type: type || 'AUTO',
  instrument_xhr: true,
  AutoXHR: { alwaysSendXhr: true, monitorFetch: true },
  Continuity: { enabled: true, afterOnload: true, afterOnloadMaxLength: 600000 },
  Errors: { sendAfterOnload: true, sendInterval: 200, monitorRejections: true },
});
BOOMR.addVar({
  release: '2.4.1',
  environment: 'production',
  user: 'fontainebleau@example.com',
  'flag.new-payment-flow': 'true',
});

window.sdk = {
  event(name) {
    BOOMR.addVar('event', name, true);
    BOOMR.sendBeacon();
  },
};
