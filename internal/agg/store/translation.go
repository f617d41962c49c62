package store

import (
	"math"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Translation adds a batch to the log: it translates the batch's numbers for
// strings and tag sets into the log's, each once, and appends the rows.
type Translation struct {
	log   *Log
	batch *beacon.Batch

	// By the batch's strings; untranslated at first.
	text, stack, page []uint32
	vital             []int8 // see vitalIndex

	extensions map[errorText]bool // whether an error is an extension's

	tagSets []uint32
	refs    []beacon.TagRef
	fits    bool // no string of the current row went to (other)
	full    bool // some string of the batch went to (other)

	originHashes []uint64 // by row: the keys of their origins
	row          stagedRow

	// Positions in the batch's side tables.
	metrics, errors, requests, events cursor
	ofExtensions                      int // how many of the row's errors are told apart
}

const untranslated = math.MaxUint32

// What Translation.vital holds for a name that is not in beacon.Vitals.
const (
	vitalUnknown = iota - 2
	vitalNone
)

// Start begins the translation of a batch.
func (t *Translation) Start(l *Log, b *beacon.Batch) {
	clear(t.extensions)
	*t = Translation{log: l, batch: b, refs: t.refs, extensions: t.extensions,
		originHashes: Filled(t.originHashes, b.Len(), 0),
		text:         Filled(t.text, len(b.Strings), untranslated),
		stack:        Filled(t.stack, len(b.Strings), untranslated),
		page:         Filled(t.page, len(b.Strings), untranslated),
		vital:        Filled(t.vital, len(b.Strings), vitalUnknown),
		tagSets:      Filled(t.tagSets, len(b.TagSets), untranslated)}
	for i := range t.originHashes {
		t.originHashes[i] = t.hashOrigin(i)
	}
}

// Filled returns n times v, in the memory of s if that is enough.
func Filled[T any](s []T, n int, v T) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	s = s[:n]
	for i := range s {
		s[i] = v
	}
	return s
}

// lineID translates a string of the batch that is one line of text.
func (t *Translation) lineID(i uint32) uint32 {
	if id := t.text[i]; id != untranslated {
		return id
	}
	return t.internString(i)
}

func (t *Translation) internString(i uint32) uint32 {
	id := t.log.Strings.internLine(t.batch.Strings[i])
	t.text[i] = id
	if id == OtherString {
		t.full = true
	}
	return id
}

// isComplete reports whether the dimensions and tags of a row fitted the
// dictionaries.
func (t *Translation) isComplete(row int) bool {
	if t.tagSetID(t.batch.TagSet[row]) == otherTags {
		return false
	}
	for d := range t.batch.Dims {
		if t.lineID(t.batch.Dims[d][row]) == OtherString {
			return false
		}
	}
	return true
}

// stackID translates a string of the batch that is several lines of text.
func (t *Translation) stackID(i uint32) uint32 {
	if t.stack[i] == untranslated {
		t.stack[i] = t.log.Strings.internStack(t.batch.Strings[i])
	}
	return t.stack[i]
}

// pageID translates a string of the batch that is a page.
func (t *Translation) pageID(i uint32) uint16 {
	if t.page[i] == untranslated {
		t.page[i] = uint32(t.log.Pages.intern(t.lineID(i)))
	}
	if t.page[i] == otherPage {
		t.fits = false
	}
	return uint16(t.page[i])
}

// tagSetID translates a set of tags of the batch.
func (t *Translation) tagSetID(i uint32) uint32 {
	if id := t.tagSets[i]; id != untranslated {
		return id
	}
	t.refs = t.refs[:0]
	for _, r := range t.batch.TagSets[i] {
		if k, v := t.lineID(r.Key), t.lineID(r.Value); k != NoString && v != NoString {
			t.refs = append(t.refs, beacon.TagRef{Key: k, Value: v})
		}
	}
	id := t.log.Origins.internTags(t.refs)
	if id == otherTags {
		t.full = true
	}
	t.tagSets[i] = id
	return id
}

// vitalIndex is a metric's index in beacon.Vitals, or vitalNone.
func (t *Translation) vitalIndex(name uint32) int8 {
	v := t.vital[name]
	if v == vitalUnknown {
		v = int8(beacon.VitalIndex(t.batch.Strings[name]))
		t.vital[name] = v
	}
	return v
}

// hashOrigin hashes the values of a row's origin: see OriginTable.byHash.
func (t *Translation) hashOrigin(row int) uint64 {
	b := t.batch
	h := uint64(math.Float32bits(b.SampleRate[row]))*spread + uint64(t.tagSetID(b.TagSet[row]))
	for d := range b.Dims {
		if d != int(beacon.Page) {
			h = (h ^ h>>29) * spread
			h += uint64(t.lineID(b.Dims[d][row]))
		}
	}
	return h
}

// trafficClass returns the class of a row's traffic.
func (t *Translation) trafficClass(row int) beacon.TrafficClass {
	b := t.batch
	return beacon.TrafficOf(b.Strings[b.Dims[beacon.Traffic][row]], b.Strings[b.Dims[beacon.Device][row]])
}

// originID translates the origin of a row, with its traffic or as extensions.
func (t *Translation) originID(row int, isExtension bool) uint32 {
	b, hash := t.batch, t.originHashes[row]
	if isExtension {
		hash = ^hash
	}
	id, ok := t.log.Origins.intern(hash, func(o *Origin) (weight int64, class beacon.TrafficClass) {
		for d := range b.Dims {
			if d != int(beacon.Page) {
				o.Dims[d] = t.lineID(b.Dims[d][row])
			}
		}
		if class = t.trafficClass(row); isExtension {
			class = beacon.Extensions
		}
		o.Dims[beacon.Traffic] = firstTraffic + uint32(class)
		o.tags = t.tagSetID(b.TagSet[row])
		return weightOf(b.SampleRate[row]), class
	})
	if !ok {
		t.fits = false
	}
	return id
}

// errorKindID translates the k-th error of the batch.
func (t *Translation) errorKindID(k int) uint32 {
	b := t.batch
	id, ok := t.log.Errors.intern(&t.log.Strings, ErrorKind{TypeName: t.lineID(b.ErrorType[k]), Message: t.lineID(b.ErrorMessage[k]),
		Stack: t.stackID(b.ErrorStack[k]), Handled: b.ErrorHandled[k]})
	if !ok {
		t.fits = false
	}
	return id
}

// endpointID translates an endpoint, 0 if the table is full.
func (t *Translation) endpointID(url, method uint32) uint16 {
	key := uint64(t.lineID(url))<<32 | uint64(t.lineID(method))
	if id, ok := t.log.Endpoints.find(key); ok {
		return uint16(id)
	}
	if t.log.Endpoints.Len() >= maxEndpoints {
		t.fits = false
		return 0
	}
	id, _ := t.log.Endpoints.intern(key)
	return uint16(id)
}

// traceStringID translates a trace id that does not pack.
func (t *Translation) traceStringID(id string) uint32 {
	l := t.log
	known, ok := l.Strings.ByText[id]
	if ok {
		if _, ok = l.traceStrings[known]; ok {
			return known
		}
	}
	if len(l.traceStrings) >= maxTraceTexts {
		t.fits = false
		return OtherString
	}
	text := l.Strings.internLine(id)
	l.traceStrings[text] = struct{}{}
	return text
}
