//go:build e2e

// Package e2e tests everything in real processes: pages in Debian's Chromium,
// rumtop collect, a nats-server, and rumtop in a terminal.
package e2e

import "testing"

func TestEndToEnd(t *testing.T) {
	e := newEnv(t)
	for _, scenario := range []struct {
		name string
		play func(*testing.T, *env)
	}{
		{"rum.js", browserAgent},
		{"rum.js on a tab that is closed", closedTab},
		{"triage at 120x36", func(t *testing.T, e *env) { triage(t, e, 120, 36) }},
		{"triage at 80x24", func(t *testing.T, e *env) { triage(t, e, 80, 24) }},
		{"terminal closes", terminalGoesAway},
		{"screen before server", screenBeforeServer},
		{"server restarts", serverRestarts},
		{"collector ends", collectorEnds},
		{"live tail", liveTail},
		{"no server", noServer},
		{"demo", demo},
		{"demo in a terminal", demoScreen},
	} {
		t.Run(scenario.name, func(t *testing.T) { scenario.play(t, e) })
	}
}
