package beacon

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

// Batch is a number of beacons of one subject, in columns. It is the unit on
// NATS and of the aggregator's log: strings are looked up once a batch, all else
// is integers.
//
// Columns named …Row hold the index of the entry's beacon and never decrease. A
// Batch from [Decode] is consistent: the columns of a table have one length and
// all indices are in range.
type Batch struct {
	Site string // from the subject, not on the wire

	Strings []string // [0] is ""

	// One entry a beacon.
	Received   []int64 // Unix milliseconds
	Time       []int64 // Unix milliseconds, 0: unknown
	ID         []ID
	View       []ID
	Session    []ID
	User       []ID
	Dims       [NumDims][]uint32 // index into Strings
	TagSet     []uint32          // index into TagSets
	Flags      []uint8
	SampleRate []float32 // (0, 1]
	Trace      []uint32

	// TagSets are the distinct combinations of tags; [0] is empty.
	TagSets [][]TagRef

	MetricRow   []uint32
	MetricName  []uint32
	MetricValue []float32

	ErrorRow     []uint32
	ErrorType    []uint32
	ErrorMessage []uint32
	ErrorStack   []uint32
	ErrorHandled []bool

	RequestRow      []uint32
	RequestURL      []uint32
	RequestMethod   []uint32
	RequestStatus   []uint16
	RequestDuration []float32 // milliseconds
	RequestTrace    []uint32

	EventRow   []uint32
	EventName  []uint32
	EventValue []float32

	// Rejected is how many invalid numbers (NaN, infinite, negative) Append and
	// Decode dropped.
	Rejected int

	// While building: the indices of known strings and tag sets.
	stringIndex map[string]uint32
	tagSetIndex map[string]uint32

	codec
}

// TagRef is a tag as two indices into Batch.Strings.
type TagRef struct{ Key, Value uint32 }

// The bits of Batch.Flags.
const (
	FlagNavigation = 1 << iota
	FlagUnsampled
)

// Len is the number of beacons.
func (b *Batch) Len() int { return len(b.Received) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.Site = ""
	b.Rejected = 0
	clear(b.Strings)
	b.Strings = b.Strings[:0]
	b.Received, b.Time = b.Received[:0], b.Time[:0]
	b.ID, b.View, b.Session, b.User = b.ID[:0], b.View[:0], b.Session[:0], b.User[:0]
	for d := range b.Dims {
		b.Dims[d] = b.Dims[d][:0]
	}
	b.TagSet, b.Flags, b.SampleRate, b.Trace = b.TagSet[:0], b.Flags[:0], b.SampleRate[:0], b.Trace[:0]
	b.TagSets = b.TagSets[:0]
	b.MetricRow, b.MetricName, b.MetricValue = b.MetricRow[:0], b.MetricName[:0], b.MetricValue[:0]
	b.ErrorRow, b.ErrorType, b.ErrorMessage = b.ErrorRow[:0], b.ErrorType[:0], b.ErrorMessage[:0]
	b.ErrorStack, b.ErrorHandled = b.ErrorStack[:0], b.ErrorHandled[:0]
	b.RequestRow, b.RequestURL, b.RequestMethod = b.RequestRow[:0], b.RequestURL[:0], b.RequestMethod[:0]
	b.RequestStatus, b.RequestDuration, b.RequestTrace = b.RequestStatus[:0], b.RequestDuration[:0], b.RequestTrace[:0]
	b.EventRow, b.EventName, b.EventValue = b.EventRow[:0], b.EventName[:0], b.EventValue[:0]
	clear(b.stringIndex)
	clear(b.tagSetIndex)
}

// Append adds a beacon. It rounds vitals, navigation phases and request
// durations to 0.1 ms and CLS to 0.0001, and stores other numbers as float32.
// It drops what a batch cannot hold and counts it in Rejected: invalid numbers,
// tags over [MaxBatchTags], metrics over 256, times out of range. It truncates
// strings to [MaxString] bytes. Call Reset between Decode and Append.
func (b *Batch) Append(c *Beacon) {
	if len(b.Strings) == 0 {
		b.initTables()
	}
	row := uint32(b.Len())
	received := min(max(c.Received, 0), maxTime)
	b.Received = append(b.Received, received)
	b.Time = append(b.Time, b.browserTime(c.Time))
	b.ID = append(b.ID, c.ID)
	b.View = append(b.View, c.View)
	b.Session = append(b.Session, c.Session)
	b.User = append(b.User, c.User)
	for d, v := range c.Dims {
		// Most neighbours are of one page view.
		if row > 0 {
			if last := b.Dims[d][row-1]; b.Strings[last] == v {
				b.Dims[d] = append(b.Dims[d], last)
				continue
			}
		}
		b.Dims[d] = append(b.Dims[d], b.intern(v))
	}
	b.TagSet = append(b.TagSet, b.internTags(c.Tags))
	var flags uint8
	if c.Navigation {
		flags |= FlagNavigation
	}
	if c.Unsampled {
		flags |= FlagUnsampled
	}
	b.Flags = append(b.Flags, flags)
	rate := float32(c.SampleRate)
	if !(rate > 0 && rate < 1) {
		rate = 1
	}
	b.SampleRate = append(b.SampleRate, rate)
	b.Trace = append(b.Trace, b.intern(c.Trace))
	room := maxPerBeacon
	for _, m := range c.Metrics {
		v := float32(m.Value)
		if !isMeasurement(v) || room == 0 {
			b.Rejected++
			continue
		}
		room--
		b.MetricRow = append(b.MetricRow, row)
		b.MetricName = append(b.MetricName, b.intern(m.Name))
		b.MetricValue = append(b.MetricValue, roundMetric(m.Name, v+0)) // + 0: there is one zero
	}
	for _, e := range c.Errors {
		b.ErrorRow = append(b.ErrorRow, row)
		b.ErrorType = append(b.ErrorType, b.intern(e.Type))
		b.ErrorMessage = append(b.ErrorMessage, b.intern(e.Message))
		b.ErrorStack = append(b.ErrorStack, b.intern(e.Stack))
		b.ErrorHandled = append(b.ErrorHandled, e.Handled)
	}
	for _, r := range c.Requests {
		b.RequestRow = append(b.RequestRow, row)
		b.RequestURL = append(b.RequestURL, b.intern(r.URL))
		b.RequestMethod = append(b.RequestMethod, b.intern(r.Method))
		b.RequestStatus = append(b.RequestStatus, uint16(min(max(r.Status, 0), 999)))
		b.RequestDuration = append(b.RequestDuration, roundMillis(b.float(r.Duration, 0)))
		b.RequestTrace = append(b.RequestTrace, b.intern(r.Trace))
	}
	for _, e := range c.Events {
		b.EventRow = append(b.EventRow, row)
		b.EventName = append(b.EventName, b.intern(e.Name))
		b.EventValue = append(b.EventValue, b.float(e.Value, -math.MaxFloat32))
	}
}

// isMeasurement reports whether v is a finite number from 0.
func isMeasurement(v float32) bool { return v >= 0 && v <= math.MaxFloat32 }

// float is v, or 0 if v is not finite or below least.
func (b *Batch) float(v float64, least float32) float32 {
	f := float32(v)
	if !(f >= least && f <= math.MaxFloat32) {
		b.Rejected++
		return 0
	}
	return f + 0
}

// browserTime is a browser's time; one out of range counts as not sent.
func (b *Batch) browserTime(t int64) int64 {
	if t < 0 || t > maxTime {
		b.Rejected++
		return 0
	}
	return t
}

func (b *Batch) initTables() {
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	if b.stringIndex == nil {
		b.stringIndex = map[string]uint32{}
		b.tagSetIndex = map[string]uint32{}
	}
}

func (b *Batch) intern(s string) uint32 {
	if s == "" {
		return 0
	}
	if i, ok := b.stringIndex[s]; ok {
		return i
	}
	i := uint32(len(b.Strings))
	b.stringIndex[s] = i
	if len(s) > MaxString || !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s[:min(len(s), MaxString)], "?") // one byte, so it does not grow
	}
	b.Strings = append(b.Strings, s)
	return i
}

func (b *Batch) internTags(tags []Tag) uint32 {
	if len(tags) == 0 {
		return 0
	}
	if len(tags) > MaxBatchTags {
		b.Rejected += len(tags) - MaxBatchTags
		tags = tags[:MaxBatchTags]
	}
	b.setKey = b.setKey[:0]
	for _, t := range tags {
		b.setKey = binary.LittleEndian.AppendUint32(b.setKey, b.intern(t.Key))
		b.setKey = binary.LittleEndian.AppendUint32(b.setKey, b.intern(t.Value))
	}
	if i, ok := b.tagSetIndex[string(b.setKey)]; ok {
		return i
	}
	refs := make([]TagRef, len(tags))
	for i := range refs {
		refs[i].Key = binary.LittleEndian.Uint32(b.setKey[8*i:])
		refs[i].Value = binary.LittleEndian.Uint32(b.setKey[8*i+4:])
	}
	i := uint32(len(b.TagSets))
	b.TagSets = append(b.TagSets, refs)
	b.tagSetIndex[string(b.setKey)] = i
	return i
}

// Beacons returns the batch as rows.
func (b *Batch) Beacons() []Beacon {
	out := make([]Beacon, b.Len())
	for i := range out {
		c := &out[i]
		c.Site = b.Site
		c.Received, c.Time = b.Received[i], b.Time[i]
		c.ID, c.View, c.Session, c.User = b.ID[i], b.View[i], b.Session[i], b.User[i]
		for d := range c.Dims {
			c.Dims[d] = b.Strings[b.Dims[d][i]]
		}
		for _, t := range b.TagSets[b.TagSet[i]] {
			c.Tags = append(c.Tags, Tag{b.Strings[t.Key], b.Strings[t.Value]})
		}
		c.Navigation = b.Flags[i]&FlagNavigation != 0
		c.Unsampled = b.Flags[i]&FlagUnsampled != 0
		c.SampleRate = float64(b.SampleRate[i])
		c.Trace = b.Strings[b.Trace[i]]
	}
	for i, r := range b.MetricRow {
		out[r].Metrics = append(out[r].Metrics, Metric{b.Strings[b.MetricName[i]], float64(b.MetricValue[i])})
	}
	for i, r := range b.ErrorRow {
		out[r].Errors = append(out[r].Errors, Error{
			Type: b.Strings[b.ErrorType[i]], Message: b.Strings[b.ErrorMessage[i]],
			Stack: b.Strings[b.ErrorStack[i]], Handled: b.ErrorHandled[i],
		})
	}
	for i, r := range b.RequestRow {
		out[r].Requests = append(out[r].Requests, Request{
			URL: b.Strings[b.RequestURL[i]], Method: b.Strings[b.RequestMethod[i]],
			Status: int(b.RequestStatus[i]), Duration: float64(b.RequestDuration[i]),
			Trace: b.Strings[b.RequestTrace[i]],
		})
	}
	for i, r := range b.EventRow {
		out[r].Events = append(out[r].Events, Event{b.Strings[b.EventName[i]], float64(b.EventValue[i])})
	}
	return out
}
