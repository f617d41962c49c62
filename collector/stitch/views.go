package stitch

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// Views finds the page view that a beacon belongs to, for SDKs that name none
// (Faro, the web-vitals library). All they give is an id for every measurement;
// Faro's navigation id is not used, because it is still the previous page's
// when the first paint is reported, and the other page's after a restore.
//
// These facts hold in the payloads of every version that was examined:
//
//   - The same measurement id again is the same page load, under whatever URL an
//     SPA has moved to meanwhile.
//   - Measurement ids hold the time at which the library began to measure:
//     v4-1763647652123-1234567890123. All of one page load lie within the time to
//     its first paint.
//   - One page load has one measurement of a name. Another id for a name is
//     another load, a reload or a restore for example.
//   - A restore from the back/forward cache is marked as one.
//
// So a measurement belongs to the nearest load in time of the same client that
// doesn't have one of its name yet. Everything else (errors, events, requests)
// belongs to the client's latest view of the page it happened on; if there is
// none, it starts one: a route of an SPA.
//
// How the client of a beacon is found: see clients. Behind a load balancer that
// spreads one client's requests over collectors, a view may be counted once by
// each.
type Views struct {
	seed maphash.Seed
	mu   sync.Mutex
	clients
}

// NewViews returns an empty one.
func NewViews() *Views { return &Views{seed: maphash.MakeSeed(), clients: newClients()} }

// Part is the share of a raw beacon that belongs to one view.
type Part struct {
	View     beacon.ID
	Named    Named // what the client names, in this beacon or another
	Restored bool  // the view came back from the back/forward cache
	Main     bool  // has everything but the measurements with an id
	Metrics  []wire.Metric
}

// Split divides a beacon that names no view into its views' parts. named are
// the hashes of the session and the user that it names.
func (v *Views) Split(raw *wire.Beacon, named Named, s *Sender) []Part {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := float64(s.Now.UnixMilli())
	page := v.hash("page", withoutQuery(wire.PageURL(raw.URL)))
	c := v.clients.clientOf(raw, named, s, page)
	if named.Session == 0 {
		named.Session = c.named.Session
	}
	if named.User == 0 && named.Session == c.named.Session {
		named.User = c.named.User
	}

	var parts []Part
	partOf := func(id beacon.ID) *Part {
		for i := range parts {
			if parts[i].View == id {
				return &parts[i]
			}
		}
		parts = append(parts, Part{View: id, Named: named})
		return &parts[len(parts)-1]
	}
	load := v.hash("navigation", raw.ViewHints.LoadID)
	var main beacon.ID
	if raw.Navigation {
		main = c.startedView(raw, page, v.hash("navigation", raw.ViewHints.NavigationID), now)
	} else if hasMore(raw) {
		main = c.viewOfPage(page)
	}
	if main != 0 {
		partOf(main).Main = true
	}
	for _, m := range raw.Metrics {
		id := main
		if m.ID == "" && load != 0 {
			id, m.Restored = c.viewOfLoad(load, page, v.hash("name", m.Name), m.First)
		}
		if m.ID != "" {
			hashed := measurement{v.hash("name", strings.ToLower(m.Name)), v.hash("id", m.ID)}
			id = c.viewOfMeasurement(hashed, page, measuredAt(m.ID, now), m.Restored)
		}
		p := partOf(id)
		p.Restored = p.Restored || m.Restored
		p.Metrics = append(p.Metrics, m)
	}
	return parts
}

// hasMore says whether a beacon holds more than measurements with an id, their
// own or their page load's.
func hasMore(raw *wire.Beacon) bool {
	for _, m := range raw.Metrics {
		if m.ID == "" && raw.ViewHints.LoadID == "" {
			return true
		}
	}
	return len(raw.Errors)+len(raw.Events)+len(raw.Requests) > 0
}

func (v *Views) hash(kind, s string) uint64 {
	if s == "" {
		return 0
	}
	return maphash.Comparable(v.seed, [2]string{kind, s})
}

// withoutQuery cuts off query and fragment.
func withoutQuery(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		return url[:i]
	}
	return url
}
