package store

import (
	"encoding/binary"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Origin is what many beacons have in common: all dimensions but the page, the
// tags and, in OriginTable.Weights, the sampling rate.
type Origin struct {
	Dims [beacon.NumDims]uint32 // in Log.Strings; Page is unused
	tags uint32                 // in OriginTable.tagSets
}

// OriginTable is the dictionary of distinct origins and of their sets of tags.
type OriginTable struct {
	List    []Origin
	Weights []int64               // by origin: what a row counts, in Ones
	Traffic []beacon.TrafficClass // by origin
	byHash  KeyTable              // 64 bits of hash, taken for the origin itself
	bytes   int                   // memory, without byHash

	TagKeys   map[uint32]bool   // names of tags, in Log.Strings
	tagSets   [][]beacon.TagRef // sorted by key; in Log.Strings
	tagSetIDs map[string]uint32
}

// Origins and sets of tags over the limit. Beacons without tags have set 0;
// otherTags is empty, too.
const (
	otherOrigin = 1
	otherTags   = 1
)

func (o *OriginTable) init() {
	var other Origin
	for d := range other.Dims {
		other.Dims[d] = OtherString
	}
	other.Dims[beacon.Traffic] = firstTraffic
	o.byHash.intern(0)
	o.byHash.intern(1)
	o.List = []Origin{{}, other}
	o.Weights = []int64{One, One}
	o.Traffic = []beacon.TrafficClass{beacon.People, beacon.People}
	o.tagSets = [][]beacon.TagRef{nil, nil}
	o.tagSetIDs = map[string]uint32{}
	o.TagKeys = map[uint32]bool{}
}

// intern returns the id of an origin. It calls fill if the origin is new.
func (o *OriginTable) intern(hash uint64, fill func(*Origin) (weight int64, class beacon.TrafficClass)) (id uint32, fits bool) {
	if id, ok := o.byHash.find(hash); ok {
		return id, true
	}
	if len(o.List) >= maxOrigins {
		return otherOrigin, false
	}
	id, _ = o.byHash.intern(hash)
	o.List = append(o.List, Origin{})
	weight, class := fill(&o.List[id])
	o.Weights, o.Traffic = append(o.Weights, weight), append(o.Traffic, class)
	o.bytes += 68 + 8 + 1
	return id, true
}

// internTags returns the id of a set of tags. It sorts refs in place. Of two tags
// with one key the first counts, as in filters.
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

// tagString returns an origin's value of a tag, NoString if it has none.
func (o *OriginTable) tagString(id, key uint32) uint32 {
	for _, r := range o.tagSets[o.List[id].tags] {
		if r.Key == key {
			return r.Value
		}
	}
	return NoString
}

// tagText returns an origin's value of a tag by name, "" if it has none.
func (l *Log) tagText(origin uint32, name string) string {
	key, ok := l.Strings.ByText[name]
	if !ok {
		return ""
	}
	return l.Strings.Text[l.Origins.tagString(origin, key)]
}
