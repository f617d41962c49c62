package collector

import (
	"sync"
	"testing"
)

// The account adds up at every moment, whoever writes into it meanwhile.
func TestAccountAddsUpAtEveryMoment(t *testing.T) {
	var l ledger
	stop := make(chan struct{})
	var writers, readers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 5000 {
				e := entry{received: 12, queued: 10}
				e.lost[refusedMalformed], e.lost[droppedConsent] = 1, 1
				l.add(&e)
				l.publish(7)
				l.lose(2, droppedShed)
			}
		})
	}
	samples := 0
	readers.Go(func() {
		for {
			e := l.snapshot()
			total := e.published + e.queued
			for _, n := range e.lost {
				total += n
			}
			if e.received != total {
				t.Errorf("received %d, accounted for %d", e.received, total)
				return
			}
			samples++
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	writers.Wait()
	close(stop)
	readers.Wait()
	if left := l.closeBooks(); left != 4*5000 || l.snapshot().queued != 0 || samples == 0 {
		t.Errorf("%d were still queued, %d samples", left, samples)
	}
}
