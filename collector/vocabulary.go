package collector

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// vocabularyAge is how long a name is remembered at least without being used.
const vocabularyAge = 30 * time.Minute

// minDoubted is how many names are remembered at least of which nobody knows yet
// whether a second network says them.
const minDoubted = 1024

// A vocabulary caps the distinct names of one kind that are in use, so that
// nobody can blow up what viewers group by. Names live in two generations: when
// the younger one is old enough it becomes the elder, and names that are used
// again move over. So yesterday's releases make room for today's, and a flood of
// made-up names cannot push out those in use: what is known stays known.
//
// The first half of a vocabulary is for whoever comes. In the second half only
// names are learnt that came from two networks, so that one machine cannot take
// it all and today's release finds a place beside what a flood has made up.
//
// Only scrubbed names are learnt, and scrubbing changes nothing in them, so a
// name that is known need not be scrubbed again.
type vocabulary[N comparable] struct {
	cap      int
	other    func(N) N // what a name beyond the cap becomes
	own      func(N) N // a copy that keeps nothing else in memory
	overflow *atomic.Int64

	// Names that share something have a cap of their own: the values of a tag.
	group func(N) string // nil: no groups
	share int

	mu           *sync.RWMutex
	young, elder map[N]N
	since        time.Time
	size         int            // distinct names of both generations
	shares       map[string]int // the same, by group
	doubted      map[N]uint64   // names that came from one network, with its hash
}

func newVocabulary[N comparable](cap int, overflow *atomic.Int64, other, own func(N) N) vocabulary[N] {
	return vocabulary[N]{
		cap: cap, overflow: overflow, other: other, own: own, mu: &sync.RWMutex{},
		young: map[N]N{}, shares: map[string]int{}, doubted: map[N]uint64{},
	}
}

// newNames is a vocabulary of plain names, of which the rest is "(other)".
func newNames(cap int, overflow *atomic.Int64) vocabulary[string] {
	return newVocabulary(cap, overflow, func(string) string { return otherName }, strings.Clone)
}

// newRegions is a vocabulary of tokens, of which the rest is "other".
func newRegions(cap int, overflow *atomic.Int64) vocabulary[string] {
	return newVocabulary(cap, overflow, func(string) string { return otherRegion }, strings.Clone)
}

// newTags is a vocabulary of tags: values beyond the cap, or beyond their key's
// share of it, are "(other)" of their key.
func newTags(cap, share int, overflow *atomic.Int64) vocabulary[beacon.Tag] {
	v := newVocabulary(cap, overflow,
		func(t beacon.Tag) beacon.Tag { return beacon.Tag{Key: t.Key, Value: otherName} },
		func(t beacon.Tag) beacon.Tag {
			return beacon.Tag{Key: strings.Clone(t.Key), Value: strings.Clone(t.Value)}
		})
	v.group, v.share = func(t beacon.Tag) string { return t.Key }, share
	return v
}

// known returns the vocabulary's own copy of a name that it has learnt and
// that was used lately.
func (v *vocabulary[N]) known(n N, now time.Time) (N, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	own, ok := v.young[n]
	return own, ok && now.Sub(v.since) < vocabularyAge
}

// name returns the vocabulary's own copy of a scrubbed name, or what stands for
// the rest when there is no room for it. from is a hash of the network that it
// came from, 0 for a name that need not be doubted.
func (v *vocabulary[N]) name(n N, now time.Time, from uint64) N {
	if own, ok := v.known(n, now); ok {
		return own
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.turn(now)
	if own, ok := v.young[n]; ok {
		return own
	}
	own, ok := v.elder[n]
	if !ok {
		if !v.admits(n, from) {
			v.overflow.Add(1)
			return v.other(n)
		}
		own = v.own(n)
		v.count(own)
	}
	v.young[own] = own
	return own
}

// turn begins a generation when it is time.
func (v *vocabulary[N]) turn(now time.Time) {
	age := now.Sub(v.since)
	if age < vocabularyAge {
		return
	}
	v.elder, v.young, v.since = v.young, map[N]N{}, now
	if age >= 2*vocabularyAge { // nobody came for a generation
		v.elder = nil
	}
	v.size = 0
	clear(v.shares)
	clear(v.doubted)
	for n := range v.elder {
		v.count(n)
	}
}

func (v *vocabulary[N]) count(n N) {
	v.size++
	if v.group != nil {
		v.shares[v.group(n)]++
	}
}

// admits says whether there is room for a new name.
func (v *vocabulary[N]) admits(n N, from uint64) bool {
	if v.size >= v.cap || v.group != nil && v.shares[v.group(n)] >= v.share {
		return false
	}
	if v.size < v.cap/2 || from == 0 {
		return true
	}
	if first, ok := v.doubted[n]; ok {
		if first != from {
			delete(v.doubted, n)
		}
		return first != from
	}
	if len(v.doubted) >= max(v.cap, minDoubted) {
		clear(v.doubted)
	}
	v.doubted[v.own(n)] = from
	return false
}

// scrubbed is the name for a raw text: the text itself if it is known, else what
// scrub leaves of it.
func scrubbed(v *vocabulary[string], raw string, s *sender, scrub func(string) string) string {
	if raw == "" {
		return ""
	}
	if own, ok := v.known(raw, s.now); ok {
		return own
	}
	clean := scrub(raw)
	if clean == "" {
		return ""
	}
	return v.name(clean, s.now, s.network)
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
	"release", "environment", "page", "tag_key", "tag_value", "metric", "event", "request", "region", "browser_version",
}

// overflowCounts counts names that became "(other)".
type overflowCounts [numOverflows]atomic.Int64
