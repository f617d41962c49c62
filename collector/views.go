package collector

import (
	"hash/maphash"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// views finds the page view that a beacon belongs to, for SDKs that name none
// (Faro, the web-vitals library). All they give is an id for every measurement;
// Faro's navigation id is not used, because it is still the previous page's
// when the first paint is reported, and the other page's after a restore.
//
// What can be relied on, in payloads of every version that was looked at:
//
//   - The same measurement id again is the same page load, under whatever URL an
//     SPA has moved to meanwhile.
//   - Measurement ids hold the time at which the library began to measure:
//     v4-1763647652123-1234567890123. All of one page load lie within the time to
//     its first paint.
//   - One page load has one measurement of a name. Another id for a name is
//     another load, a reload or a restore for example.
//   - What comes back from the back/forward cache says so.
//
// So a measurement belongs to the nearest load in time of the same client that
// doesn't have one of its name yet. Everything else (errors, events, requests)
// belongs to the client's latest view of the page it happened on, or begins one:
// that is a route of an SPA.
//
// A client is its session, else its user, else its address and user agent. What
// is remembered are keyed hashes, in bounded memory, and only in this process:
// behind a load balancer that spreads one client's requests over collectors, a
// view may be counted once by each.
type views struct {
	seed    maphash.Seed
	mu      sync.Mutex
	clients *lru.Cache[uint64, *visitor]
}

const (
	maxVisitors = 1 << 14
	maxVisits   = 6 // views remembered of one client

	// How far apart measurements of one page load begin, milliseconds: layout
	// shifts are only measured from the first paint on.
	visitSpan  = 30_000
	visitEarly = 5_000
)

// visitor is one client and its latest views, the oldest first.
type visitor struct {
	visits []visit
}

// visit is one view of a client.
type visit struct {
	view       beacon.ID
	page       uint64  // hash of the path
	navigation uint64  // hash of the SDK's id of the navigation
	at         float64 // milliseconds, when measuring began; 0: no measurement yet
	restore    bool
	route      bool // began without a page load
	measures   [6]measure
}

// measure is one measurement of a visit: its name and its id.
type measure struct{ name, id uint64 }

func newViews() *views {
	clients, err := lru.New[uint64, *visitor](maxVisitors)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &views{seed: maphash.MakeSeed(), clients: clients}
}

// part is a share of a raw beacon that belongs to one view.
type part struct {
	view    beacon.ID
	restore bool
	main    bool // carries everything but the measurements with an id
	metrics []wire.Metric
}

// split finds the views of a beacon that asks for it. Every part is one view's.
func (v *views) split(raw *wire.Beacon, s *sender) []part {
	v.mu.Lock()
	defer v.mu.Unlock()
	who := v.visitor(raw, s)
	now := float64(s.now.UnixMilli())
	page := v.hash("page", pathOf(raw.URL))

	var parts []part
	find := func(id beacon.ID) *part {
		for i := range parts {
			if parts[i].view == id {
				return &parts[i]
			}
		}
		parts = append(parts, part{view: id})
		return &parts[len(parts)-1]
	}
	load := v.hash("navigation", raw.ViewHints.LoadID)
	var main beacon.ID
	if raw.Navigation {
		main = who.begin(raw, page, v.hash("navigation", raw.ViewHints.NavigationID), now)
	} else if hasMore(raw) {
		main = who.current(page)
	}
	if main != 0 {
		find(main).main = true
	}
	for _, m := range raw.Metrics {
		id := main
		if m.ID == "" && load != 0 {
			id, m.Restored = who.loaded(load, page, v.hash("name", m.Name), m.First)
		}
		if m.ID != "" {
			id = who.measured(measure{v.hash("name", strings.ToLower(m.Name)), v.hash("id", m.ID)}, page, measuredAt(m.ID, now), m.Restored)
		}
		p := find(id)
		p.restore = p.restore || m.Restored
		p.metrics = append(p.metrics, m)
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

func (v *views) hash(kind, s string) uint64 {
	if s == "" {
		return 0
	}
	return maphash.Comparable(v.seed, [2]string{kind, s})
}

func (v *views) visitor(raw *wire.Beacon, s *sender) *visitor {
	key := [4]string{s.site.name, "session", raw.Session}
	switch {
	case raw.Session != "":
	case raw.User != "":
		key[1], key[2] = "user", raw.User
	default:
		key[1], key[2], key[3] = "address", s.addr.String(), s.agent
	}
	h := maphash.Comparable(v.seed, key)
	who, ok := v.clients.Get(h)
	if !ok {
		who = new(visitor)
		v.clients.Add(h, who)
	}
	return who
}

// add begins a visit and returns its view's id.
func (w *visitor) add(n visit) beacon.ID {
	n.view = beacon.ID(rand.Uint64() | 1<<63) // never 0
	if len(w.visits) == maxVisits {
		w.visits = append(w.visits[:0], w.visits[1:]...)
	}
	w.visits = append(w.visits, n)
	return n.view
}

// begin finds or begins the view whose beginning is reported.
func (w *visitor) begin(raw *wire.Beacon, page, navigation uint64, now float64) beacon.ID {
	if raw.ViewHints.Route {
		// Where something of the new route was seen before its beginning was
		// told, it is the latest view and has not begun.
		if last := w.last(); last != nil && last.page == page && last.route && last.navigation == 0 {
			last.navigation = 1
			return last.view
		}
		return w.add(visit{page: page, route: true, navigation: 1})
	}
	at := raw.ViewHints.Start
	if at == 0 {
		at = now
	}
	for i := len(w.visits) - 1; i >= 0; i-- {
		n := &w.visits[i]
		if n.restore || n.page != page {
			continue
		}
		known := navigation != 0 && n.navigation == navigation
		fits := n.navigation == 0 && (n.at == 0 || abs(at-n.at) <= visitSpan)
		if known || fits {
			if n.at == 0 {
				n.at = at
			}
			n.navigation, n.route = navigation, false
			return n.view
		}
	}
	return w.add(visit{page: page, at: at, navigation: navigation})
}

// current is the latest view of a page, or a new one. What doesn't say where it
// happened belongs to the latest view.
func (w *visitor) current(page uint64) beacon.ID {
	if last := w.last(); page == 0 && last != nil {
		return last.view
	}
	for i := len(w.visits) - 1; i >= 0; i-- {
		if w.visits[i].page == page {
			return w.visits[i].view
		}
	}
	return w.add(visit{page: page, route: true})
}

// loaded is the view of a page load that the SDK names, and whether it came back
// from the back/forward cache since: then it begins to measure again.
func (w *visitor) loaded(load, page, name uint64, first bool) (beacon.ID, bool) {
	var n *visit
	for i := range w.visits {
		if w.visits[i].navigation == load {
			n = &w.visits[i]
		}
	}
	m := measure{name, load}
	switch {
	case n == nil:
		w.add(visit{page: page, navigation: load})
		n = w.last()
	case first && n.has(m) == same:
		w.add(visit{page: page, navigation: load, restore: true})
		n = w.last()
	}
	if first {
		n.remember(m)
	}
	return n.view, n.restore
}

func (w *visitor) last() *visit {
	if len(w.visits) == 0 {
		return nil
	}
	return &w.visits[len(w.visits)-1]
}

// measured finds the view of a measurement, or begins one.
func (w *visitor) measured(m measure, page uint64, at float64, restore bool) beacon.ID {
	var best *visit
	for i := range w.visits {
		n := &w.visits[i]
		switch n.has(m) {
		case same:
			return n.view
		case another:
			continue
		}
		if n.restore == restore && n.mayHold(page, at) && (best == nil || n.fits(page, at, best)) {
			best = n
		}
	}
	if best == nil {
		w.add(visit{page: page, at: at, restore: restore})
		best = w.last()
	}
	if best.at == 0 {
		best.at = at
	}
	best.remember(m)
	return best.view
}

func (n *visit) remember(m measure) {
	for i := range n.measures {
		if n.measures[i] == (measure{}) {
			n.measures[i] = m
			return
		}
	}
}

// mayHold says whether a measurement that began at that time can be this
// visit's. A visit without measurements may be a load whose errors came first.
func (n *visit) mayHold(page uint64, at float64) bool {
	if n.at == 0 {
		return n.page == page
	}
	return at >= n.at-visitEarly && at <= n.at+visitSpan
}

// fits says whether n is a better home than the best one so far: loads that are
// known to be near in time come first, since an SPA reports its load under a
// later URL; then those of the page, since two tabs may load at one time; then
// the nearest.
func (n *visit) fits(page uint64, at float64, best *visit) bool {
	if (n.at == 0) != (best.at == 0) {
		return n.at != 0
	}
	if (n.page == page) != (best.page == page) {
		return n.page == page
	}
	return abs(at-n.at) <= abs(at-best.at)
}

func abs(v float64) float64 { return max(v, -v) }

// What a visit knows about a measurement.
const (
	unknown = iota
	same
	another // it has another one of that name
)

func (n *visit) has(m measure) int {
	for _, old := range n.measures {
		if old == m {
			return same
		}
		if old.name == m.name {
			return another
		}
	}
	return unknown
}

// measuredAt reads the time out of a measurement's id, "v5-1763647652123-…".
func measuredAt(id string, now float64) float64 {
	_, rest, ok := strings.Cut(id, "-")
	if !ok {
		return now
	}
	digits, _, ok := strings.Cut(rest, "-")
	if !ok || len(digits) != 13 {
		return now
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return now
	}
	return float64(ms)
}

// pathOf cuts query and fragment off.
func pathOf(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		return url[:i]
	}
	return url
}
