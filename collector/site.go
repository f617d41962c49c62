package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/internal/beacon"
)

// What one site may have of each kind of name; more is "(other)". The caps
// count what is in use within an hour or so, see nameSet.
const (
	maxReleases     = 200
	maxEnvironments = 20
	maxPages        = 2000
	maxTagKeys      = 64
	maxTagValues    = 5000 // of all keys together
	maxValuesPerTag = 500  // of one key
	maxMetricNames  = 100
	maxEventNames   = 200
	maxRequestURLs  = 2000
	maxRegions      = 64
	maxBrowsers     = 200 // families with their major versions
)

// The names of what is over a cap. A region is part of a subject, so it has a
// token of its own.
const (
	otherName   = "(other)"
	otherRegion = "other"
)

// site is one site's key, its names, and its batches.
type site struct {
	name string
	key  [sha256.Size]byte // hash of the key: all have one length
	open bool              // accepts requests without a key

	rate *edge.RateLimiter // nil: no limit

	releases, environments, pages, tagKeys,
	metricNames, eventNames, requestURLs, browsers, regions nameSet[string]
	tags nameSet[beacon.Tag]

	mu      sync.RWMutex
	batches map[string]*regionBatches // by region
}

// regionBatches is where the beacons of one site and region gather: a batcher
// for each shard, and one for each shard's errors under pressure.
type regionBatches struct {
	region   string
	batchers [beacon.Shards][2]batcher
}

func newSites(keys map[string]string, perSecond float64, overflow *overflowCounts) ([]*site, error) {
	var sites []*site
	byKey := map[string]string{}
	for name, key := range keys {
		if !beacon.ValidToken(name) {
			return nil, fmt.Errorf("site name %q: invalid: use 1 to 32 of a-z 0-9 _ -", name)
		}
		if key == "" && len(keys) > 1 {
			return nil, fmt.Errorf("site %s has no key: only a single site may have none: set --site %s=KEY", name, name)
		}
		if other, taken := byKey[key]; taken {
			return nil, fmt.Errorf("sites %s and %s have the same key: it decides which site a beacon is for: use different keys",
				min(name, other), max(name, other))
		}
		byKey[key] = name
		sites = append(sites, &site{
			name: name, key: sha256.Sum256([]byte(key)), open: key == "",
			rate:         edge.NewRateLimiter(perSecond),
			releases:     newNames(maxReleases, &overflow[overflowRelease]),
			environments: newNames(maxEnvironments, &overflow[overflowEnvironment]),
			pages:        newNames(maxPages, &overflow[overflowPage]),
			tagKeys:      newNames(maxTagKeys, &overflow[overflowTagKey]),
			tags:         newTags(maxTagValues, maxValuesPerTag, &overflow[overflowTagValue]),
			metricNames:  newNames(maxMetricNames, &overflow[overflowMetric]),
			eventNames:   newNames(maxEventNames, &overflow[overflowEvent]),
			requestURLs:  newNames(maxRequestURLs, &overflow[overflowRequest]),
			browsers:     newNames(maxBrowsers, &overflow[overflowBrowser]),
			regions:      newRegions(maxRegions, &overflow[overflowRegion]),
			batches:      map[string]*regionBatches{},
		})
	}
	slices.SortFunc(sites, func(a, b *site) int { return strings.Compare(a.name, b.name) })
	return sites, nil
}

// siteOf finds the site of a key. It compares every site, so that the time it
// takes reveals nothing.
func (c *Collector) siteOf(key string) *site {
	given := sha256.Sum256([]byte(key))
	var found *site
	for _, s := range c.sites {
		if subtle.ConstantTimeCompare(given[:], s.key[:]) == 1 || s.open {
			found = s
		}
	}
	return found
}

// batchesOf finds where the beacons of a region gather.
func (s *site) batchesOf(region string, now time.Time) *regionBatches {
	region = s.regions.intern(region, now, 0)
	s.mu.RLock()
	rb := s.batches[region]
	s.mu.RUnlock()
	if rb != nil {
		return rb
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if rb := s.batches[region]; rb != nil {
		return rb
	}
	// Regions that are no longer in use are removed. What still gathers there is
	// published all the same: Collector.lingering has its batchers.
	if len(s.batches) > 2*maxRegions {
		for name := range s.batches {
			if _, ok := s.regions.lookup(name, now); !ok && name != otherRegion {
				delete(s.batches, name)
			}
		}
	}
	rb = &regionBatches{region: region}
	for shard := range rb.batchers {
		for i := range rb.batchers[shard] {
			rb.batchers[shard][i].subject = beacon.Subject(s.name, region, uint8(shard))
		}
	}
	s.batches[region] = rb
	return rb
}
