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

// A vocabulary caps the distinct names of one kind, so that nobody can blow up
// what viewers group by. Names live in two generations: when the younger one is
// old enough it becomes the elder, and names that are used again move over. So
// yesterday's releases make room for today's, and a flood of made-up names
// cannot push out those in use: what is known stays known.
//
// Only scrubbed names are learnt, and scrubbing changes nothing in them, so a
// name that is known need not be scrubbed again.
type vocabulary[N comparable] struct {
	cap      int
	other    func(N) N // what a name beyond the cap becomes
	own      func(N) N // a copy that keeps nothing else in memory
	overflow *atomic.Int64

	mu           *sync.RWMutex
	young, elder map[N]N
	since        time.Time
}

func newVocabulary[N comparable](cap int, overflow *atomic.Int64, other, own func(N) N) vocabulary[N] {
	return vocabulary[N]{cap: cap, overflow: overflow, other: other, own: own, mu: &sync.RWMutex{}, young: map[N]N{}}
}

// newNames is a vocabulary of plain names, of which the rest is "(other)".
func newNames(cap int, overflow *atomic.Int64) vocabulary[string] {
	return newVocabulary(cap, overflow, func(string) string { return otherName }, strings.Clone)
}

// newTags is a vocabulary of tags: values beyond the cap are "(other)" of their key.
func newTags(cap int, overflow *atomic.Int64) vocabulary[beacon.Tag] {
	return newVocabulary(cap, overflow,
		func(t beacon.Tag) beacon.Tag { return beacon.Tag{Key: t.Key, Value: otherName} },
		func(t beacon.Tag) beacon.Tag {
			return beacon.Tag{Key: strings.Clone(t.Key), Value: strings.Clone(t.Value)}
		})
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
// the rest when it is full.
func (v *vocabulary[N]) name(n N, now time.Time) N {
	if own, ok := v.known(n, now); ok {
		return own
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if now.Sub(v.since) >= vocabularyAge {
		v.elder, v.young, v.since = v.young, map[N]N{}, now
	}
	if own, ok := v.young[n]; ok {
		return own
	}
	own, ok := v.elder[n]
	if !ok {
		if len(v.young) >= v.cap {
			v.overflow.Add(1)
			return v.other(n)
		}
		own = v.own(n)
	}
	v.young[own] = own
	return own
}

// scrubbed is the name for a raw text: the text itself if it is known, else what
// scrub leaves of it.
func scrubbed(v *vocabulary[string], raw string, now time.Time, scrub func(string) string) string {
	if raw == "" {
		return ""
	}
	if own, ok := v.known(raw, now); ok {
		return own
	}
	clean := scrub(raw)
	if clean == "" {
		return ""
	}
	return v.name(clean, now)
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
	numOverflows
)

var overflowNames = [numOverflows]string{
	"release", "environment", "page", "tag_key", "tag_value", "metric", "event", "request", "region",
}

// overflowCounts counts names that became "(other)".
type overflowCounts [numOverflows]atomic.Int64
