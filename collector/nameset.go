package collector

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// nameAge is how long a name is remembered at least without being used.
const nameAge = 30 * time.Minute

// minSeenOnce is how many names are remembered at least that only one network
// has sent so far.
const minSeenOnce = 1024

// nameSet caps the distinct names of one kind that are in use, so that clients
// cannot blow up what viewers group by. Names are in two generations: when the
// recent one is old enough it becomes the older one, and names that are used
// again move back. So yesterday's releases make room for today's, and a flood of
// made-up names cannot evict those in use: a known name stays known.
//
// The first half of a set takes names from any client. The second half takes
// only names that two networks have sent, so that one machine cannot fill it and
// today's release finds a place beside the names of a flood.
//
// Only scrubbed names are added, and scrubbing changes nothing in them, so a
// known name need not be scrubbed again.
type nameSet[N comparable] struct {
	cap      int
	other    func(N) N // what a name beyond the cap becomes
	clone    func(N) N // a copy that keeps nothing else in memory
	overflow *atomic.Int64

	// The names of one group have a cap of their own: the values of a tag.
	group    func(N) string // nil: no groups
	groupCap int

	mu            *sync.RWMutex
	recent, older map[N]N
	since         time.Time
	size          int            // distinct names of both generations
	groupSizes    map[string]int // the same, by group
	seenOnce      map[N]uint64   // names that one network has sent, with its hash
}

func newNameSet[N comparable](cap int, overflow *atomic.Int64, other, clone func(N) N) nameSet[N] {
	return nameSet[N]{
		cap: cap, overflow: overflow, other: other, clone: clone, mu: &sync.RWMutex{},
		recent: map[N]N{}, groupSizes: map[string]int{}, seenOnce: map[N]uint64{},
	}
}

// newNames is a set of plain names; a name beyond the cap becomes "(other)".
func newNames(cap int, overflow *atomic.Int64) nameSet[string] {
	return newNameSet(cap, overflow, func(string) string { return otherName }, strings.Clone)
}

// newRegions is a set of tokens; a name beyond the cap becomes "other".
func newRegions(cap int, overflow *atomic.Int64) nameSet[string] {
	return newNameSet(cap, overflow, func(string) string { return otherRegion }, strings.Clone)
}

// newTags is a set of tags: a value beyond the cap, or beyond the cap of its key,
// becomes "(other)" of its key.
func newTags(cap, keyCap int, overflow *atomic.Int64) nameSet[beacon.Tag] {
	ns := newNameSet(cap, overflow,
		func(t beacon.Tag) beacon.Tag { return beacon.Tag{Key: t.Key, Value: otherName} },
		func(t beacon.Tag) beacon.Tag {
			return beacon.Tag{Key: strings.Clone(t.Key), Value: strings.Clone(t.Value)}
		})
	ns.group, ns.groupCap = func(t beacon.Tag) string { return t.Key }, keyCap
	return ns
}

// lookup returns the set's own copy of a name that was used lately.
func (ns *nameSet[N]) lookup(n N, now time.Time) (N, bool) {
	ns.mu.RLock()
	defer ns.mu.RUnlock()
	own, ok := ns.recent[n]
	return own, ok && now.Sub(ns.since) < nameAge
}

// intern returns the set's own copy of a scrubbed name, adding it if there is
// room, else what a name beyond the cap becomes. network is a hash of the
// network that sent it, 0 for a name that clients cannot make up.
func (ns *nameSet[N]) intern(n N, now time.Time, network uint64) N {
	if own, ok := ns.lookup(n, now); ok {
		return own
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.rotate(now)
	if own, ok := ns.recent[n]; ok {
		return own
	}
	own, ok := ns.older[n]
	if !ok {
		if !ns.hasRoom(n, network) {
			ns.overflow.Add(1)
			return ns.other(n)
		}
		own = ns.clone(n)
		ns.countName(own)
	}
	ns.recent[own] = own
	return own
}

// rotate starts a generation when it is time.
func (ns *nameSet[N]) rotate(now time.Time) {
	age := now.Sub(ns.since)
	if age < nameAge {
		return
	}
	ns.older, ns.recent, ns.since = ns.recent, map[N]N{}, now
	if age >= 2*nameAge { // no name was used for a generation
		ns.older = nil
	}
	ns.size = 0
	clear(ns.groupSizes)
	clear(ns.seenOnce)
	for n := range ns.older {
		ns.countName(n)
	}
}

func (ns *nameSet[N]) countName(n N) {
	ns.size++
	if ns.group != nil {
		ns.groupSizes[ns.group(n)]++
	}
}

// hasRoom says whether a new name may be added.
func (ns *nameSet[N]) hasRoom(n N, network uint64) bool {
	if ns.size >= ns.cap || ns.group != nil && ns.groupSizes[ns.group(n)] >= ns.groupCap {
		return false
	}
	if ns.size < ns.cap/2 || network == 0 {
		return true
	}
	if first, ok := ns.seenOnce[n]; ok {
		if first != network {
			delete(ns.seenOnce, n)
		}
		return first != network
	}
	if len(ns.seenOnce) >= max(ns.cap, minSeenOnce) {
		clear(ns.seenOnce)
	}
	ns.seenOnce[ns.clone(n)] = network
	return false
}

// internScrubbed returns the name for a raw text: the text itself if it is
// known, else its tidy form, or what scrub leaves of that.
func internScrubbed(ns *nameSet[string], raw string, s *sender, scrub func(string) string) string {
	if raw == "" {
		return ""
	}
	if own, ok := ns.lookup(raw, s.Now); ok {
		return own
	}
	neat := tidy(raw)
	if own, ok := ns.lookup(neat, s.Now); ok {
		return own
	}
	clean := tidy(scrub(neat))
	if clean == "" {
		return ""
	}
	return ns.intern(clean, s.Now, s.network)
}

// The kinds of names that can overflow.
const (
	overflowRelease = iota
	overflowEnvironment
	overflowPage
	overflowTagKey
	overflowTagValue
	overflowMetric
	overflowEvent
	overflowRequest
	overflowRegion
	overflowBrowser
	numOverflows
)

var overflowNames = [numOverflows]string{
	overflowRelease: "release", overflowEnvironment: "environment", overflowPage: "page",
	overflowTagKey: "tag_key", overflowTagValue: "tag_value", overflowMetric: "metric", overflowEvent: "event",
	overflowRequest: "request", overflowRegion: "region", overflowBrowser: "browser_version",
}

// overflowCounts counts names that became "(other)".
type overflowCounts [numOverflows]atomic.Int64
