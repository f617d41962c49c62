// The configuration in the script tag.

const script = document.currentScript || { dataset: {}, src: '' };
const data = script.dataset;
const rate = parseFloat(data.sample);

const tags = {};
for (const [, key, value] of (data.tags || '').matchAll(/([^,=]+)=([^,]*)/g)) tags[key.trim()] = value.trim();

// The script posts to where it came from, including the path prefix:
// /k/<key>/rum.js posts to /k/<key>/v1/beacons.
const base = (data.endpoint || script.src.replace(/[^/]*$/, '')).replace(/\/$/, '');

export const config = {
  key: data.key || '',
  endpoint: base + '/v1/beacons' + (data.key ? '?key=' + encodeURIComponent(data.key) : ''),
  release: data.release,
  environment: data.environment,
  /** Share of the sessions to send, 0..1. */
  sample: rate >= 0 ? Math.min(rate, 1) : 1,
  consent: data.consent,
  tags,
  route: data.route,
};
