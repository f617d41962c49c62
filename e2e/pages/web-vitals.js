// The recipe of the web-vitals library's documentation: every metric is sent
// when it is known, with what the page adds.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';

const { edge, key } = document.currentScript.dataset;

const send = (metric) => {
  const body = JSON.stringify({ ...metric, url: location.href, release: '2.4.1', user: 'fontainebleau@example.com' });
  navigator.sendBeacon(edge + '/web-vitals?key=' + key, body);
};

for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(send);

window.sdk = { event() {} };
