// Reads a batch of beacons, as docs/wire-format.md describes it, and prints one
// JSON object a beacon. It needs nothing but a JavaScript runtime:
//
//	nats sub --raw 'rum.v1.shop.>' --count 1 > batch.bin
//	node docs/read-batch.mjs batch.bin

import { readFileSync } from 'node:fs';

const COLUMNS = { // field number: [name, kind]
  1: ['text', 'bytes'], 2: ['text_length', 'uint'],
  3: ['received', 'sint'], 4: ['lag', 'sint'], 5: ['id', 'fixed64'], 6: ['view', 'uint'], 7: ['flags', 'uint'], 8: ['metric_set', 'uint'],
  9: ['view_id', 'fixed64'], 10: ['session', 'uint'], 11: ['user', 'uint'], 12: ['tag_set', 'uint'], 13: ['sample_rate', 'float'], 14: ['trace', 'uint'],
  15: ['ids', 'fixed64'],
  16: ['region', 'uint'], 17: ['release', 'uint'], 18: ['environment', 'uint'], 19: ['page', 'uint'], 20: ['device', 'uint'], 21: ['browser', 'uint'],
  22: ['browser_version', 'uint'], 23: ['os', 'uint'], 24: ['country', 'uint'], 25: ['connection', 'uint'], 26: ['sdk', 'uint'], 27: ['traffic', 'uint'],
  32: ['metric_set_size', 'uint'], 33: ['metric_name', 'uint'], 34: ['metric_value', 'uint'],
  35: ['tag_set_size', 'uint'], 36: ['tag_key', 'uint'], 37: ['tag_value', 'uint'],
  40: ['error_row', 'uint'], 41: ['error_type', 'uint'], 42: ['error_message', 'uint'], 43: ['error_stack', 'uint'], 44: ['error_handled', 'uint'],
  48: ['request_row', 'uint'], 49: ['request_url', 'uint'], 50: ['request_method', 'uint'], 51: ['request_status', 'uint'], 52: ['request_duration', 'uint'], 53: ['request_trace', 'uint'],
  56: ['event_row', 'uint'], 57: ['event_name', 'uint'], 58: ['event_value', 'float'],
};
const DIMS = Array.from({ length: 12 }, (_, d) => COLUMNS[16 + d][0]);

// Protobuf's variable-length integers are up to 64 bits wide, so BigInt.
function varint(buf, at) {
  let n = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const c = buf[at++];
    if (c === undefined || shift > 63n) throw new Error('truncated');
    n |= BigInt(c & 127) << shift;
    if (c < 128) return [n, at];
  }
}

function snappy(src) {
  let [size, at] = varint(src, 0);
  const dst = Buffer.alloc(Number(size));
  for (let to = 0; at < src.length; ) {
    const tag = src[at++];
    let length = (tag >> 2) + 1;
    let offset;
    if ((tag & 3) === 0) { // a literal
      if (length > 60) {
        const bytes = length - 60;
        length = src.readUIntLE(at, bytes) + 1;
        at += bytes;
      }
      src.copy(dst, to, at, at + length);
      at += length;
      to += length;
      continue;
    }
    if ((tag & 3) === 1) {
      length = ((tag >> 2) & 7) + 4;
      offset = ((tag >> 5) << 8) | src[at++];
    } else {
      offset = (tag & 3) === 2 ? src.readUInt16LE(at) : src.readUInt32LE(at);
      at += (tag & 3) === 2 ? 2 : 4;
    }
    for (; length > 0; length--, to++) dst[to] = dst[to - offset]; // may overlap
  }
  return dst;
}

const unzigzag = (n) => Number((n >> 1n) ^ -(n & 1n));
const entries = {
  uint: (d) => { const out = []; for (let at = 0, n; at < d.length; ) { [n, at] = varint(d, at); out.push(Number(n)); } return out; },
  sint: (d) => { const out = []; for (let at = 0, n; at < d.length; ) { [n, at] = varint(d, at); out.push(unzigzag(n)); } return out; },
  fixed64: (d) => Array.from({ length: d.length / 8 }, (_, i) => d.readBigUInt64LE(8 * i)),
  float: (d) => Array.from({ length: d.length / 4 }, (_, i) => d.readFloatLE(4 * i)),
  bytes: (d) => d,
};

function fields(message) {
  const out = {};
  for (let at = 0, tag, n; at < message.length; ) {
    [tag, at] = varint(message, at);
    let end;
    switch (Number(tag & 7n)) {
      case 0: [, end] = varint(message, at); break;
      case 1: end = at + 8; break;
      case 2: [n, at] = varint(message, at); end = at + Number(n); break;
      case 5: end = at + 4; break;
      default: throw new Error('unknown wire type');
    }
    const column = COLUMNS[Number(tag >> 3n)]; // what is not known is skipped
    if (column) out[column[0]] = entries[column[1]](message.subarray(at, end));
    at = end;
  }
  return out;
}

function measurement(n) {
  if (n % 2 === 0) return n / 2 / 10;
  if (n % 4 === 1) return (n - 1) / 4 / 1e4;
  const bits = new DataView(new ArrayBuffer(4));
  bits.setUint32(0, (n - 3) / 4);
  return bits.getFloat32(0);
}

// A column of n rows: one that is not there is all `absent`, one entry stands for every row.
const column = (c, n, absent = 0) => {
  if (!c) return Array(n).fill(absent);
  if (c.length === 1) return Array(n).fill(c[0]);
  if (c.length !== n) throw new Error(`a column has ${c.length} entries, not ${n}`);
  return c;
};
const running = (differences = []) => { let sum = 0; return differences.map((d) => (sum += d)); };
const hex = (id) => (id ? id.toString(16).padStart(16, '0') : undefined);
const none = (list) => (list.length ? list : undefined);

export function readBatch(payload) {
  if (payload[0] >> 4 !== 1) throw new Error(`version ${payload[0] >> 4} of the format, not 1`);
  const f = fields((payload[0] & 15) === 1 ? snappy(payload.subarray(1)) : payload.subarray(1));

  let at = 0;
  const strings = [''].concat((f.text_length || []).map((n) => f.text.toString('utf8', at, (at += n))));
  const sets = (sizes = [], make) => { let from = 0; return [[], ...sizes.map((n) => Array.from({ length: n }, () => make(from++)))]; };
  const sum = (list = []) => list.reduce((a, b) => a + b, 0);

  const tags = sum(f.tag_set_size);
  const [keys, values] = [column(f.tag_key, tags), column(f.tag_value, tags)];
  const tagSets = sets(f.tag_set_size, (i) => [strings[keys[i]], strings[values[i]]]);
  const names = column(f.metric_name, sum(f.metric_set_size));
  const metricSets = sets(f.metric_set_size, (i) => strings[names[i]]);

  const received = running(f.received);
  const n = received.length;
  const view = column(f.view, n);
  const views = view.reduce((most, v) => Math.max(most, v + 1), 0);
  const ids = [0n, ...(f.ids || [])];
  const perView = (name, absent) => column(f[name], views, absent);
  const [viewID, session, user, tagSet, trace] = [perView('view_id', 0n), perView('session'), perView('user'), perView('tag_set'), perView('trace')];
  const rate = perView('sample_rate', 1);
  const dims = DIMS.map((d) => perView(d));

  const [id, flags, metricSet] = [column(f.id, n, 0n), column(f.flags, n), column(f.metric_set, n)];
  const lag = f.lag ? column(f.lag, n) : received;
  const measured = column(f.metric_value, sum(metricSet.map((s) => metricSets[s].length)));
  let value = 0;
  const beacons = received.map((at, i) => {
    const v = view[i];
    const b = { id: hex(id[i]), received: at, time: at - lag[i] || undefined };
    DIMS.forEach((d, k) => { if (dims[k][v]) b[d] = strings[dims[k][v]]; });
    Object.assign(b, { view: hex(viewID[v]), session: hex(ids[session[v]]), user: hex(ids[user[v]]), navigation: !!(flags[i] & 1) || undefined,
      unsampled: !!(flags[i] & 2) || undefined, sample_rate: rate[v], trace: strings[trace[v]] || undefined, tags: none(tagSets[tagSet[v]]),
      metrics: none(metricSets[metricSet[i]].map((name) => [name, measurement(measured[value++])])) });
    return b;
  });

  const table = (name, columns) => {
    const rows = running(f[`${name}_row`]);
    const read = Object.entries(columns).map(([key, make]) => [key, column(f[`${name}_${key}`], rows.length).map(make)]);
    rows.forEach((row, i) => (beacons[row][`${name}s`] ||= []).push(Object.fromEntries(read.map(([key, c]) => [key, c[i]]))));
  };
  const text = (i) => strings[i];
  table('error', { type: text, message: text, stack: text, handled: Boolean });
  table('request', { url: text, method: text, status: Number, duration: measurement, trace: text });
  table('event', { name: text, value: Number });
  return beacons;
}

if (process.argv[1] === import.meta.filename) {
  for (const b of readBatch(readFileSync(process.argv[2] ?? 0))) console.log(JSON.stringify(b));
}
