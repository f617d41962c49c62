//go:build e2e

package e2e

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// frameReader is a viewer process that prints frames.
type frameReader struct {
	t *testing.T
	p *process

	mu    sync.Mutex
	rest  []byte
	frame frame.Frame
	down  bool    // a frame was disconnected
	lag   float64 // highest reported, in milliseconds
}

func newFrameReader(t *testing.T, e *env, server string) *frameReader {
	t.Helper()
	v := &frameReader{t: t}
	t.Cleanup(func() {
		if f := v.last(); t.Failed() {
			t.Logf("the viewer's last frame: %d beacons, %+v", f.Total.Beacons, f.Health)
		}
	})
	v.p = start(t, v, e.rumtop, "--server", server, "--site", "shop", "--count", "1000000", "--format", "json", "--interval", "200ms", "--window", "30m")
	return v
}

// Write receives the viewer's output.
func (v *frameReader) Write(b []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rest = append(v.rest, b...)
	for {
		i := slices.Index(v.rest, '\n')
		if i < 0 {
			return len(b), nil
		}
		var f frame.Frame
		if err := json.Unmarshal(v.rest[:i], &f); err != nil {
			v.t.Errorf("%v in %s", err, v.rest[:i])
		}
		v.rest = v.rest[i+1:]
		v.frame = f
		v.down = v.down || !f.Health.Connected
		v.lag = max(v.lag, f.Health.LagMS)
	}
}

func (v *frameReader) last() frame.Frame {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.frame
}

func (v *frameReader) waitFor(what string, holds func(*frame.Frame) bool) {
	v.t.Helper()
	testwait.Until(v.t, "the viewer shows "+what, func() bool { f := v.last(); return holds(&f) })
}
