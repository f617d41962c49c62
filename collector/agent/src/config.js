// What the script tag says.

const pairs = (text) => {
  const tags = {};
  for (const pair of (text || '').split(',')) {
    const i = pair.indexOf('=');
    if (i > 0) tags[pair.slice(0, i).trim()] = pair.slice(i + 1).trim();
  }
  return tags;
};

const script = document.currentScript;
const data = (script && script.dataset) || {};
const rate = parseFloat(data.sample);

// The collector is where the script came from, path prefix included: a script
// from /k/<key>/rum.js posts to /k/<key>/v1/beacons.
const base = data.endpoint || (script ? script.src.replace(/\/[^/]*$/, '') : '');

export const config = {
  key: data.key || '',
  endpoint:
    base.replace(/\/$/, '') + '/v1/beacons' + (data.key ? '?key=' + encodeURIComponent(data.key) : ''),
  release: data.release,
  environment: data.environment,
  /** Share of the sessions to send, 0..1. */
  sample: rate >= 0 ? Math.min(rate, 1) : 1,
  consent: data.consent,
  tags: pairs(data.tags),
  route: data.route,
};
