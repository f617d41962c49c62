// Package stitch decides which beacons belong together: which measurements are
// of one page view ([Views]), what a view's later beacons need not repeat
// ([ViewDefaults], [ViewMax]), and what was received before ([Resends],
// [DuplicateReports]).
//
// SDKs need it that name no page view, report a value piece by piece, or send
// again what they got no answer for. All of it is remembered in bounded memory,
// as keyed hashes where it is about a client, and in this process alone: behind
// a load balancer that spreads one client over collectors, each collector sees
// its part only. The package reads raw beacons and knows nothing of how they
// arrived.
package stitch

import (
	"net/netip"
	"time"
)

// Sender is the client that sent a request, and when.
type Sender struct {
	Site  string
	SDK   string
	Now   time.Time
	Addr  netip.Addr
	Agent string // User-Agent header
}
