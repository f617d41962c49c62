package collector

import (
	"sync"
	"testing"
)

// The counts balance at every moment, also while others write.
func TestAccountingAlwaysBalances(t *testing.T) {
	var a accounting
	stop := make(chan struct{})
	var writers, readers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 5000 {
				e := beaconCounts{received: 12, queued: 10}
				e.lost[refusedMalformed], e.lost[droppedConsent] = 1, 1
				a.record(&e)
				a.recordPublished(7)
				a.recordLost(2, droppedShed)
			}
		})
	}
	samples := 0
	readers.Go(func() {
		for {
			e := a.snapshot()
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
	if left := a.dropQueued(); left != 4*5000 || a.snapshot().queued != 0 || samples == 0 {
		t.Errorf("%d were still queued, want %d; %d samples", left, 4*5000, samples)
	}
}
