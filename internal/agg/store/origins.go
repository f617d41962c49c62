package store

import (
	"encoding/binary"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Origin is what many beacons have in common: every dimension but the page,
// the tags and, in origins.weights, the sampling rate.
type Origin struct {
	Dims [beacon.NumDims]uint32 // log.texts; Page is unused
	tags uint32                 // origins.tagSets
}

// OriginTable are the distinct origins, and in them the distinct sets of tags.
type OriginTable struct {
	byHash  KeyTable // by hash: 64 bits of it are taken for the origin itself
	List    []Origin
	Weights []int64 // what counts are scaled by, see one
	bytes   int

	tagSets   [][]beacon.TagRef // sorted by key; log.texts
	tagSetIDs map[string]uint32
	TagKeys   map[uint32]bool
}

// Where origins and sets of tags go that are over the cap. What has no tags
// has set 0; otherTags has none either.
const (
	otherOrigin = 1
	otherTags   = 1
)

func (o *OriginTable) init() {
	var other Origin
	for d := range other.Dims {
		other.Dims[d] = OtherString
	}
	o.byHash.intern(0)
	o.byHash.intern(1)
	o.List = []Origin{{}, other}
	o.Weights = []int64{One, One}
	o.tagSets = [][]beacon.TagRef{nil, nil}
	o.tagSetIDs = map[string]uint32{}
	o.TagKeys = map[uint32]bool{}
}

// intern gives a origin its id.
func (o *OriginTable) intern(hash uint64, fill func(*Origin) (weight int64)) (uint32, bool) {
	if id, ok := o.byHash.find(hash); ok {
		return id, true
	}
	if len(o.List) >= maxOrigins {
		return otherOrigin, false
	}
	id, _ := o.byHash.intern(hash)
	o.List = append(o.List, Origin{})
	o.Weights = append(o.Weights, fill(&o.List[id]))
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
	if len(o.tagSets) >= MaxTagSets {
		return otherTags
	}
	id := uint32(len(o.tagSets))
	o.tagSets = append(o.tagSets, slices.Clone(refs))
	o.tagSetIDs[string(key)] = id
	o.bytes += 2*len(key) + 80
	for _, r := range refs {
		o.TagKeys[r.Key] = true
	}
	return id
}

// tagValue is the value of a tag in a origin, noString if it has none.
func (o *OriginTable) tagValue(id, key uint32) uint32 {
	for _, r := range o.tagSets[o.List[id].tags] {
		if r.Key == key {
			return r.Value
		}
	}
	return NoString
}
