package agg

import (
	"encoding/binary"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Origin is what many beacons have in common: every dimension but the page,
// the tags and, in origins.weights, the sampling rate.
type Origin struct {
	dims [beacon.NumDims]uint32 // log.texts; Page is unused
	tags uint32                 // origins.tagSets
}

// OriginTable are the distinct origins, and in them the distinct sets of tags.
type OriginTable struct {
	byHash  KeyTable // by hash: 64 bits of it are taken for the origin itself
	list    []Origin
	weights []int64 // what counts are scaled by, see one
	bytes   int

	tagSets   [][]beacon.TagRef // sorted by key; log.texts
	tagSetIDs map[string]uint32
	tagKeys   map[uint32]bool
}

// Where origins and sets of tags go that are over the cap. What has no tags
// has set 0; otherTags has none either.
const (
	otherOrigin = 1
	otherTags   = 1
)

func (o *OriginTable) init() {
	var other Origin
	for d := range other.dims {
		other.dims[d] = otherString
	}
	o.byHash.intern(0)
	o.byHash.intern(1)
	o.list = []Origin{{}, other}
	o.weights = []int64{one, one}
	o.tagSets = [][]beacon.TagRef{nil, nil}
	o.tagSetIDs = map[string]uint32{}
	o.tagKeys = map[uint32]bool{}
}

// intern gives a origin its id.
func (o *OriginTable) intern(hash uint64, fill func(*Origin) (weight int64)) (uint32, bool) {
	if id, ok := o.byHash.find(hash); ok {
		return id, true
	}
	if len(o.list) >= maxOrigins {
		return otherOrigin, false
	}
	id, _ := o.byHash.intern(hash)
	o.list = append(o.list, Origin{})
	o.weights = append(o.weights, fill(&o.list[id]))
	o.bytes += 64 + 8
	return id, true
}

// internTags gives a set of tags its id. refs is sorted in place; of a key that
// stands twice the first counts, as it does to filters.
func (o *OriginTable) internTags(refs []beacon.TagRef) uint32 {
	slices.SortStableFunc(refs, func(a, b beacon.TagRef) int { return int(a.Key) - int(b.Key) })
	refs = slices.CompactFunc(refs, func(a, b beacon.TagRef) bool { return a.Key == b.Key })
	var room [256]byte
	key := room[:0]
	for _, r := range refs {
		key = binary.LittleEndian.AppendUint32(key, r.Key)
		key = binary.LittleEndian.AppendUint32(key, r.Value)
	}
	if len(key) == 0 {
		return 0
	}
	if id, ok := o.tagSetIDs[string(key)]; ok {
		return id
	}
	if len(o.tagSets) >= maxTagSets {
		return otherTags
	}
	id := uint32(len(o.tagSets))
	o.tagSets = append(o.tagSets, slices.Clone(refs))
	o.tagSetIDs[string(key)] = id
	o.bytes += 2*len(key) + 80
	for _, r := range refs {
		o.tagKeys[r.Key] = true
	}
	return id
}

// tagValue is the value of a tag in a origin, noString if it has none.
func (o *OriginTable) tagValue(id, key uint32) uint32 {
	for _, r := range o.tagSets[o.list[id].tags] {
		if r.Key == key {
			return r.Value
		}
	}
	return noString
}
