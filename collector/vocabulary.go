package collector

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// vocabularyAge is how long a name is remembered at least without being used.
const vocabularyAge = 30 * time.Minute

// A vocabulary caps the distinct names of one kind, so that nobody can blow up
// what viewers group by. Names live in two generations: when the younger one is
// old enough it becomes the elder, and names that are used again move over. So
// yesterday's releases make room for today's, and a flood of made-up names
// cannot push out those in use: what is known stays known.
type vocabulary struct {
	cap      int
	overflow *atomic.Int64

	mu           *sync.RWMutex
	young, elder map[string]string
	since        time.Time
}

func newVocabulary(cap int, overflow *atomic.Int64) vocabulary {
	return vocabulary{cap: cap, overflow: overflow, mu: &sync.RWMutex{}, young: map[string]string{}}
}

// name returns the vocabulary's own copy of s, or "(other)" when it is full.
func (v *vocabulary) name(s string, now time.Time) string {
	if s == "" {
		return ""
	}
	v.mu.RLock()
	own, ok := v.young[s]
	fresh := now.Sub(v.since) < vocabularyAge
	v.mu.RUnlock()
	if ok && fresh {
		return own
	}
	return v.learn(s, now)
}

func (v *vocabulary) learn(s string, now time.Time) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if now.Sub(v.since) >= vocabularyAge {
		v.elder, v.young, v.since = v.young, map[string]string{}, now
	}
	if own, ok := v.young[s]; ok {
		return own
	}
	own, known := v.elder[s]
	if !known {
		if len(v.young) >= v.cap {
			v.overflow.Add(1)
			return otherName
		}
		own = strings.Clone(s)
	}
	v.young[own] = own
	return own
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
