package beacon_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

// The benchmark for docs/adr/0001-batch-encoding.md:
//
//	go test -run xxx -bench Formats ./internal/beacon
//
// Each format encodes the same batches of one subject and decodes them into a
// reused Batch. B/beacon is the size on the wire, beacons/s the rate on one core.

// format is an encoding of batches.
type format struct {
	name   string
	encode func(dst []byte, b *beacon.Batch) []byte
	decode func(data []byte, into *beacon.Batch) error
}

var formats = []format{
	{"ndjson", encodeNDJSON, decodeNDJSON},
	{"json-columns", encodeJSONColumns, decodeJSONColumns},
	{"proto-rows", encodeProtoRows, decodeProtoRows},
	{"proto-columns", encodeProtoColumns, beacon.Decode},
}

// compression compresses an encoded batch.
type compression struct {
	name   string
	pack   func(dst, src []byte) []byte
	unpack func(dst, src []byte) ([]byte, error)
}

func compressions(tb testing.TB) []compression {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		tb.Fatal(err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(dec.Close)
	return []compression{
		{"raw", func(dst, src []byte) []byte { return append(dst[:0], src...) }, func(_, src []byte) ([]byte, error) { return src, nil }},
		{"snappy", func(dst, src []byte) []byte { return s2.EncodeSnappy(dst[:cap(dst)], src) }, func(dst, src []byte) ([]byte, error) { return s2.Decode(dst[:cap(dst)], src) }},
		{"s2", func(dst, src []byte) []byte { return s2.Encode(dst[:cap(dst)], src) }, func(dst, src []byte) ([]byte, error) { return s2.Decode(dst[:cap(dst)], src) }},
		{"zstd", func(dst, src []byte) []byte { return enc.EncodeAll(src, dst[:0]) }, func(dst, src []byte) ([]byte, error) { return dec.DecodeAll(src, dst[:0]) }},
	}
}

var batchSizes = []int{1, 5, 20, 64, 256}

func BenchmarkFormatsDecode(b *testing.B) {
	traffic := beacontest.Subject.Traffic(6, 5120)
	for _, size := range batchSizes {
		batches := beacontest.Batches(traffic[:min(len(traffic), 64*size)], size)
		for _, f := range formats {
			for _, c := range compressions(b) {
				b.Run(fmt.Sprintf("%s/%s/batch=%d", f.name, c.name, size), func(b *testing.B) {
					var payloads [][]byte
					total := 0
					for _, batch := range batches {
						p := c.pack(nil, f.encode(nil, batch))
						payloads = append(payloads, p)
						total += len(p)
					}
					var into beacon.Batch
					scratch := make([]byte, 0, 1<<20)
					rate := fastest(b, size, len(payloads), func(i int) {
						message, err := c.unpack(scratch, payloads[i])
						if err == nil {
							err = f.decode(message, &into)
						}
						if err != nil || into.Len() == 0 {
							b.Fatal(err)
						}
					})
					b.ReportMetric(rate, "Mbeacons/s")
					b.ReportMetric(float64(total)/float64(len(batches)*size), "B/beacon")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}

// BenchmarkDecode measures the chosen format in use.
func BenchmarkDecode(b *testing.B) {
	traffic := beacontest.Subject.Traffic(6, 5120)
	for _, size := range batchSizes {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			var payloads [][]byte
			total := 0
			batches := beacontest.Batches(traffic[:min(len(traffic), 64*size)], size)
			for _, batch := range batches {
				payloads = append(payloads, encode(b, batch))
				total += len(payloads[len(payloads)-1])
			}
			var into beacon.Batch
			b.ReportAllocs()
			rate := fastest(b, size, len(payloads), func(i int) {
				if err := beacon.Decode(payloads[i], &into); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(rate, "Mbeacons/s")
			b.ReportMetric(float64(total)/float64(len(batches)*size), "B/beacon")
		})
	}
}

// BenchmarkEncode measures a collector's work: append the beacons, then encode.
func BenchmarkEncode(b *testing.B) {
	traffic := beacontest.Subject.Traffic(6, 5120)
	for _, size := range batchSizes {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			var batch beacon.Batch
			var out []byte
			b.ReportAllocs()
			rate := fastest(b, size, min(len(traffic)/size, 64), func(i int) {
				batch.Reset()
				for row := range size {
					batch.Append(&traffic[i*size+row])
				}
				var err error
				if out, err = batch.Encode(out[:0]); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(rate, "Mbeacons/s")
		})
	}
}

// fastest processes all batches repeatedly and returns the rate, in millions of
// beacons a second, over the fastest time of each: on a busy machine the mean
// says more about the other load. Small batches are timed in groups, because of
// the clock's resolution.
func fastest(b *testing.B, size, batches int, do func(i int)) float64 {
	together := max(1, 64/size)
	best := make([]time.Duration, (batches+together-1)/together)
	for i := range best {
		best[i] = math.MaxInt64
	}
	for b.Loop() {
		for i := range best {
			start := time.Now()
			for j := i * together; j < min((i+1)*together, batches); j++ {
				do(j)
			}
			best[i] = min(best[i], time.Since(start))
		}
	}
	var total time.Duration
	for _, d := range best {
		total += d
	}
	return float64(batches*size) / total.Seconds() / 1e6
}
