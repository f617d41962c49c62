// Package stitch decides which beacons belong together: which measurements are
// of one page view ([Views]), what a view's later beacons need not repeat
// ([ViewDefaults], [ViewMax]), and what was received before ([Resends],
// [DuplicateReports], [Retold]).
//
// Some SDKs name no page view, report a value piece by piece, or send a request
// again if it got no answer. What is remembered about them is bounded, consists
// of keyed hashes if it is about a client, and stays in this process: behind a
// load balancer that spreads one client over collectors, each collector sees only
// its part. The package reads raw beacons and does not know how they arrived.
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
	Langs string // Accept-Language header
}

// Client tells the client from others as far as its requests do.
func (s *Sender) Client() string { return s.Addr.String() + "\n" + s.Agent + "\n" + s.Langs }
