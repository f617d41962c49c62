package scrub

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

const typical = "Cannot read properties of undefined (reading 'total')"

func stack4k() string {
	var b strings.Builder
	b.WriteString("TypeError: Cannot read properties of undefined (reading 'total') for jane.doe@example.com\n")
	for i := 0; b.Len() < 4<<10; i++ {
		fmt.Fprintf(&b, "    at Checkout.renderTotal%d (https://cdn.shop.example/static/js/main.8f3a2b1c.js?v=%d:%d:%d)\n", i, i, i+1, 1000+i*17)
	}
	return b.String()[:4<<10]
}

func BenchmarkText(b *testing.B) {
	s := newScrubber(b)
	for _, c := range []struct{ name, in string }{
		{"clean", typical},
		{"numbers", "Request failed with status code 500 after 3 retries in 1234 ms (ERR_BAD_RESPONSE)"},
		{"dirty", "User jane.doe@example.com not found at https://api.shop.example/users/8412?token=abc"},
		{"unicode", "Impossible de lire la propriété « total » de l’objet indéfini"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Text(c.in, 1024)
			}
		})
	}
}

// processorTime is the processor time of the process, which is comparable on a
// busy machine.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStack4k reports the processor time of a stack at p50 and p99; the target
// is 100 µs at p99.
func BenchmarkStack4k(b *testing.B) {
	s := newScrubber(b)
	in := stack4k()
	var times []time.Duration
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		start := processorTime(b)
		s.Stack(in, 8<<10)
		times = append(times, processorTime(b)-start)
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-cpu-µs")
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-cpu-µs")
}

func BenchmarkURL(b *testing.B) {
	s := newScrubber(b)
	b.ReportAllocs()
	for b.Loop() {
		s.URL("https://shop.example/users/8412/orders?x=1")
	}
}

func BenchmarkHash(b *testing.B) {
	id, err := NewIdentity(IdentityConfig{})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(1763647652, 0)
	var sink beacon.ID
	b.ReportAllocs()
	for b.Loop() {
		sink += id.Hash("user", "shop", "jane.doe@example.com", at)
	}
	_ = sink
}
