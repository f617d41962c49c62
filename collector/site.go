package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// What one site may have of each kind of name; more is "(other)". The caps
// are on what is in use within an hour or so, see vocabulary.
const (
	maxReleases     = 200
	maxEnvironments = 20
	maxPages        = 2000
	maxTagKeys      = 64
	maxTagValues    = 5000 // of all keys together
	maxTagShare     = 500  // of one key
	maxMetricNames  = 100
	maxEventNames   = 200
	maxRequestURLs  = 2000
	maxRegions      = 64
	maxBrowsers     = 200 // families with their major versions
)

// Names that overflow goes to. A region is part of a subject, so it has a
// token of its own.
const (
	otherName   = "(other)"
	otherRegion = "other"
)

// site is one site's key, its names, and where its beacons gather.
type site struct {
	name string
	key  [sha256.Size]byte // hash of the key: all are of one length
	open bool              // takes requests without a key

	limiter *siteLimiter // nil: no limit

	releases, environments, pages, tagKeys,
	metricNames, eventNames, requestURLs, browsers, regions vocabulary[string]
	tags vocabulary[beacon.Tag]

	mu      sync.RWMutex
	outlets map[string]*outlet // by region
}

// outlet is where the beacons of one site and region gather: a lane for each
// shard, and one for each shard's errors under pressure.
type outlet struct {
	region string
	lanes  [beacon.Shards][2]lane
}

func newSites(keys map[string]string, perSecond float64, overflow *overflowCounts) ([]*site, error) {
	var sites []*site
	byKey := map[string]string{}
	for name, key := range keys {
		if !beacon.ValidToken(name) {
			return nil, fmt.Errorf("site name %q: use 1 to 32 of a-z 0-9 _ -", name)
		}
		if key == "" && len(keys) > 1 {
			return nil, fmt.Errorf("site %s has no key: only a single site may do without, give --site %s=KEY", name, name)
		}
		if other, taken := byKey[key]; taken {
			return nil, fmt.Errorf("sites %s and %s have the same key: the key says which site a beacon is for", min(name, other), max(name, other))
		}
		byKey[key] = name
		sites = append(sites, &site{
			name: name, key: sha256.Sum256([]byte(key)), open: key == "",
			limiter:      newSiteLimiter(perSecond),
			releases:     newNames(maxReleases, &overflow[overflowRelease]),
			environments: newNames(maxEnvironments, &overflow[overflowEnvironment]),
			pages:        newNames(maxPages, &overflow[overflowPage]),
			tagKeys:      newNames(maxTagKeys, &overflow[overflowTagKey]),
			tags:         newTags(maxTagValues, maxTagShare, &overflow[overflowTagValue]),
			metricNames:  newNames(maxMetricNames, &overflow[overflowMetric]),
			eventNames:   newNames(maxEventNames, &overflow[overflowEvent]),
			requestURLs:  newNames(maxRequestURLs, &overflow[overflowRequest]),
			browsers:     newNames(maxBrowsers, &overflow[overflowBrowser]),
			regions:      newRegions(maxRegions, &overflow[overflowRegion]),
			outlets:      map[string]*outlet{},
		})
	}
	slices.SortFunc(sites, func(a, b *site) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return sites, nil
}

// siteOf finds the site of a key. Every site is compared, in a time that tells
// nothing.
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

// outlet finds where beacons of a region gather.
func (s *site) outlet(region string, now time.Time) *outlet {
	region = s.regions.name(region, now, 0)
	s.mu.RLock()
	o := s.outlets[region]
	s.mu.RUnlock()
	if o != nil {
		return o
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.outlets[region]; o != nil {
		return o
	}
	// Regions that are not in use any more leave. What still gathers there is
	// published all the same: the collector knows the lanes that have something.
	if len(s.outlets) > 2*maxRegions {
		for name := range s.outlets {
			if _, ok := s.regions.known(name, now); !ok && name != otherRegion {
				delete(s.outlets, name)
			}
		}
	}
	o = &outlet{region: region}
	for shard := range o.lanes {
		for i := range o.lanes[shard] {
			o.lanes[shard][i].subject = beacon.Subject(s.name, region, uint8(shard))
		}
	}
	s.outlets[region] = o
	return o
}
