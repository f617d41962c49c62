package stream

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/testwait"
)

// Half an hour at 2,000 beacons/s.
const historyBeacons = 3_600_000

// BenchmarkHistory reads and decodes 3.6 million beacons from a local file
// store. Server and reader share the process, as in rumtop local.
func BenchmarkHistory(b *testing.B) {
	for _, size := range []int{20, 25, 5} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) { benchmarkHistory(b, size, 0) })
	}
	b.Run("batch=20/filtered", func(b *testing.B) { benchmarkHistory(b, 20, 1) })
}

func benchmarkHistory(b *testing.B, size, others int) {
	e := embed(b, EmbeddedOptions{Dir: b.TempDir()})
	c := dial(b, e.ClientURL())
	fill(b, c, size, historyBeacons/size, others)
	viewer := dial(b, e.ClientURL())
	b.ResetTimer()
	for range b.N {
		s, err := Subscribe(context.Background(), viewer, SubscribeOptions{Site: "shop", Since: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		beacons := 0
		for batch := range s.Batches() {
			beacons += batch.Len()
			s.Recycle(batch)
			if beacons >= historyBeacons/size*size {
				break
			}
		}
		s.Close()
		if beacons != historyBeacons/size*size {
			b.Fatalf("got %d beacons; status %+v", beacons, s.Status())
		}
	}
	b.StopTimer()
	perOp := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(historyBeacons/perOp, "beacons/s")
	b.ReportMetric(float64(historyBeacons/size)/perOp, "msgs/s")
}

// fill publishes n batches and some of another site, all acknowledged.
func fill(b *testing.B, c *Conn, size, n, others int) {
	b.Helper()
	p, err := NewPublisher(c, PublisherOptions{Create: &Limits{}})
	if err != nil {
		b.Fatal(err)
	}
	testwait.Until(b, "the stream", func() bool { return p.Status().History })
	payloads := realistic(b, size)
	var bytes, failed atomic.Int64
	put := func(site string, i int) {
		data := payloads[i%len(payloads)]
		bytes.Add(int64(len(data)))
		for {
			err := p.Publish(beacon.Subject(site, "eu-west", uint8(i)), fmt.Sprintf("%s-%d", site, i), data, func(err error) {
				if err != nil {
					failed.Add(1)
				}
			})
			if err == nil {
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	for i := range n {
		put("shop", i)
	}
	for i := range others {
		put("bank", i)
	}
	if err := p.Close(testContext(b)); err != nil || failed.Load() > 0 {
		b.Fatal(err, failed.Load())
	}
	b.ReportMetric(float64(bytes.Load())/float64(size*(n+others)), "B/beacon")
}

// realistic returns 200 different payloads.
func realistic(b *testing.B, size int) [][]byte {
	b.Helper()
	var payloads [][]byte
	for _, batch := range beacontest.Batches(beacontest.Subject.Traffic(1, 200*size), size) {
		data, err := batch.Encode(nil)
		if err != nil {
			b.Fatal(err)
		}
		payloads = append(payloads, data)
	}
	return payloads
}
