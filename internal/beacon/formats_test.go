package beacon_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"google.golang.org/protobuf/encoding/protowire"
)

// The formats that the chosen one was compared with.

func encodeProtoColumns(dst []byte, b *beacon.Batch) []byte { return b.AppendPlain(dst) }

func encodeNDJSON(dst []byte, b *beacon.Batch) []byte {
	w := bytes.NewBuffer(dst)
	enc := json.NewEncoder(w)
	for _, c := range b.Beacons() {
		if err := enc.Encode(slim(c)); err != nil {
			panic(err)
		}
	}
	return w.Bytes()
}

// row is a beacon without its empty fields.
type row struct {
	ID, View, Session, User beacon.ID         `json:",omitempty"`
	Received, Time          int64             `json:",omitempty"`
	Dims                    map[string]string `json:",omitempty"`
	Tags                    map[string]string `json:",omitempty"`
	Navigation, Unsampled   bool              `json:",omitempty"`
	SampleRate              float64
	Metrics                 []beacon.Metric  `json:",omitempty"`
	Errors                  []beacon.Error   `json:",omitempty"`
	Requests                []beacon.Request `json:",omitempty"`
	Events                  []beacon.Event   `json:",omitempty"`
	Trace                   string           `json:",omitempty"`
}

func slim(c beacon.Beacon) row {
	r := row{c.ID, c.View, c.Session, c.User, c.Received, c.Time, map[string]string{}, map[string]string{},
		c.Navigation, c.Unsampled, c.SampleRate, c.Metrics, c.Errors, c.Requests, c.Events, c.Trace}
	for d, v := range c.Dims {
		if v != "" {
			r.Dims[beacon.Dim(d).String()] = v
		}
	}
	for _, t := range c.Tags {
		r.Tags[t.Key] = t.Value
	}
	return r
}

func decodeNDJSON(data []byte, into *beacon.Batch) error {
	into.Reset()
	dec := json.NewDecoder(bytes.NewReader(data))
	for dec.More() {
		var r row
		if err := dec.Decode(&r); err != nil {
			return err
		}
		c := beacon.Beacon{ID: r.ID, View: r.View, Session: r.Session, User: r.User, Received: r.Received, Time: r.Time,
			Navigation: r.Navigation, Unsampled: r.Unsampled, SampleRate: r.SampleRate, Metrics: r.Metrics, Errors: r.Errors,
			Requests: r.Requests, Events: r.Events, Trace: r.Trace}
		for name, v := range r.Dims {
			if d, ok := beacon.DimByName(name); ok {
				c.Dims[d] = v
			}
		}
		for _, key := range []string{"flag", "tier"} { // in the order of the traffic
			if v, ok := r.Tags[key]; ok {
				c.Tags = append(c.Tags, beacon.Tag{Key: key, Value: v})
			}
		}
		into.Append(&c)
	}
	return nil
}

// columns is a Batch as JSON: its exported fields without the empty ones.
// Numbers are differences if that makes them shorter.
type columns struct {
	Strings         []string
	Received, Time  []int64
	IDs             []beacon.ID
	ID              []beacon.ID
	View            []uint32
	Session         []uint32
	User            []uint32
	Dims            [beacon.NumDims][]uint32
	TagSet          []uint32
	Flags           []uint16
	SampleRate      []float32
	Trace           []uint32          `json:",omitempty"`
	TagSets         [][]beacon.TagRef `json:",omitempty"`
	MetricRow       []uint32          `json:",omitempty"`
	MetricName      []uint32          `json:",omitempty"`
	MetricValue     []float32         `json:",omitempty"`
	ErrorRow        []uint32          `json:",omitempty"`
	ErrorType       []uint32          `json:",omitempty"`
	ErrorMessage    []uint32          `json:",omitempty"`
	ErrorStack      []uint32          `json:",omitempty"`
	ErrorHandled    []bool            `json:",omitempty"`
	RequestRow      []uint32          `json:",omitempty"`
	RequestURL      []uint32          `json:",omitempty"`
	RequestMethod   []uint32          `json:",omitempty"`
	RequestStatus   []uint16          `json:",omitempty"`
	RequestDuration []float32         `json:",omitempty"`
	RequestTrace    []uint32          `json:",omitempty"`
	EventRow        []uint32          `json:",omitempty"`
	EventName       []uint32          `json:",omitempty"`
	EventValue      []float32         `json:",omitempty"`
}

func encodeJSONColumns(dst []byte, b *beacon.Batch) []byte {
	c := columns{Strings: b.Strings, ID: b.ID, Dims: b.Dims, TagSet: b.TagSet, SampleRate: b.SampleRate, Trace: b.Trace, TagSets: b.TagSets,
		MetricRow: b.MetricRow, MetricName: b.MetricName, MetricValue: b.MetricValue,
		ErrorRow: b.ErrorRow, ErrorType: b.ErrorType, ErrorMessage: b.ErrorMessage, ErrorStack: b.ErrorStack, ErrorHandled: b.ErrorHandled,
		RequestRow: b.RequestRow, RequestURL: b.RequestURL, RequestMethod: b.RequestMethod, RequestStatus: b.RequestStatus,
		RequestDuration: b.RequestDuration, RequestTrace: b.RequestTrace, EventRow: b.EventRow, EventName: b.EventName, EventValue: b.EventValue}
	index := map[beacon.ID]uint32{0: 0}
	c.IDs = []beacon.ID{0}
	look := func(ids []beacon.ID) (out []uint32) {
		for _, id := range ids {
			i, ok := index[id]
			if !ok {
				i = uint32(len(c.IDs))
				index[id] = i
				c.IDs = append(c.IDs, id)
			}
			out = append(out, i)
		}
		return out
	}
	c.View, c.Session, c.User = look(b.View), look(b.Session), look(b.User)
	last := int64(0)
	for i, t := range b.Received {
		c.Received, c.Time = append(c.Received, t-last), append(c.Time, t-b.Time[i])
		last = t
	}
	for _, f := range b.Flags {
		c.Flags = append(c.Flags, uint16(f))
	}
	data, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return append(dst, data...)
}

func decodeJSONColumns(data []byte, b *beacon.Batch) error {
	b.Reset()
	var c columns
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	b.Strings, b.ID, b.Dims, b.TagSet, b.SampleRate, b.Trace, b.TagSets = c.Strings, c.ID, c.Dims, c.TagSet, c.SampleRate, c.Trace, c.TagSets
	b.MetricRow, b.MetricName, b.MetricValue = c.MetricRow, c.MetricName, c.MetricValue
	b.ErrorRow, b.ErrorType, b.ErrorMessage, b.ErrorStack, b.ErrorHandled = c.ErrorRow, c.ErrorType, c.ErrorMessage, c.ErrorStack, c.ErrorHandled
	b.RequestRow, b.RequestURL, b.RequestMethod, b.RequestStatus = c.RequestRow, c.RequestURL, c.RequestMethod, c.RequestStatus
	b.RequestDuration, b.RequestTrace = c.RequestDuration, c.RequestTrace
	b.EventRow, b.EventName, b.EventValue = c.EventRow, c.EventName, c.EventValue
	at := int64(0)
	for i, d := range c.Received {
		at += d
		b.Received, b.Time = append(b.Received, at), append(b.Time, at-c.Time[i])
		b.View, b.Session, b.User = append(b.View, c.IDs[c.View[i]]), append(b.Session, c.IDs[c.Session[i]]), append(b.User, c.IDs[c.User[i]])
		b.Flags = append(b.Flags, uint8(c.Flags[i]))
	}
	return nil
}

// Rows in protobuf: field 1 is a string of the table, field 2 a beacon.

func encodeProtoRows(dst []byte, b *beacon.Batch) []byte {
	for _, s := range b.Strings[1:] {
		dst = protowire.AppendTag(dst, 1, protowire.BytesType)
		dst = protowire.AppendString(dst, s)
	}
	var r protoRow
	var t tablePositions
	for i := range b.Len() {
		r.buf = r.buf[:0]
		r.beacon(b, i)
		t.appendTo(&r, b, uint32(i))
		dst = protowire.AppendBytes(protowire.AppendTag(dst, 2, protowire.BytesType), r.buf)
	}
	return dst
}

// protoRow is the message of one beacon.
type protoRow struct{ buf, sub []byte }

func (r *protoRow) number(field protowire.Number, n uint64) {
	if n != 0 {
		r.buf = protowire.AppendVarint(protowire.AppendTag(r.buf, field, protowire.VarintType), n)
	}
}

func (r *protoRow) fixed(field protowire.Number, n beacon.ID) {
	if n != 0 {
		r.buf = protowire.AppendFixed64(protowire.AppendTag(r.buf, field, protowire.Fixed64Type), uint64(n))
	}
}

func (r *protoRow) nested(field protowire.Number, value float32, numbers ...uint64) {
	r.sub = r.sub[:0]
	for f, n := range numbers {
		if n != 0 {
			r.sub = protowire.AppendVarint(protowire.AppendTag(r.sub, protowire.Number(f+1), protowire.VarintType), n)
		}
	}
	if value != 0 {
		r.sub = protowire.AppendFixed32(protowire.AppendTag(r.sub, 9, protowire.Fixed32Type), math.Float32bits(value))
	}
	r.buf = protowire.AppendBytes(protowire.AppendTag(r.buf, field, protowire.BytesType), r.sub)
}

// beacon appends the fields that a beacon has once.
func (r *protoRow) beacon(b *beacon.Batch, i int) {
	r.number(1, uint64(b.Received[i]))
	r.number(2, protowire.EncodeZigZag(b.Received[i]-b.Time[i]))
	r.fixed(3, b.ID[i])
	r.fixed(4, b.View[i])
	r.fixed(5, b.Session[i])
	r.fixed(6, b.User[i])
	r.number(7, uint64(b.Flags[i]))
	r.number(8, uint64(b.Trace[i]))
	if b.SampleRate[i] != 1 {
		r.number(9, uint64(math.Float32bits(b.SampleRate[i])))
	}
	for d := range b.Dims {
		r.number(protowire.Number(16+d), uint64(b.Dims[d][i]))
	}
	for _, t := range b.TagSets[b.TagSet[i]] {
		r.nested(10, 0, uint64(t.Key), uint64(t.Value))
	}
}

// tablePositions are the next entries of the tables.
type tablePositions struct{ metric, err, request, event int }

// appendTo appends the entries of one beacon.
func (t *tablePositions) appendTo(r *protoRow, b *beacon.Batch, row uint32) {
	for ; t.metric < len(b.MetricRow) && b.MetricRow[t.metric] == row; t.metric++ {
		r.nested(11, b.MetricValue[t.metric], uint64(b.MetricName[t.metric]))
	}
	for ; t.err < len(b.ErrorRow) && b.ErrorRow[t.err] == row; t.err++ {
		k := t.err
		r.nested(12, 0, uint64(b.ErrorType[k]), uint64(b.ErrorMessage[k]), uint64(b.ErrorStack[k]), protowire.EncodeBool(b.ErrorHandled[k]))
	}
	for ; t.request < len(b.RequestRow) && b.RequestRow[t.request] == row; t.request++ {
		k := t.request
		r.nested(13, b.RequestDuration[k], uint64(b.RequestURL[k]), uint64(b.RequestMethod[k]), uint64(b.RequestStatus[k]), uint64(b.RequestTrace[k]))
	}
	for ; t.event < len(b.EventRow) && b.EventRow[t.event] == row; t.event++ {
		r.nested(14, b.EventValue[t.event], uint64(b.EventName[t.event]))
	}
}

// eachField walks a message of well-formed fields.
func eachField(data []byte, visit func(field protowire.Number, n uint64, data []byte)) error {
	for len(data) > 0 {
		field, wire, size := protowire.ConsumeTag(data)
		if size < 0 {
			return protowire.ParseError(size)
		}
		data = data[size:]
		var n uint64
		var content []byte
		switch wire {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(data)
		case protowire.Fixed64Type:
			n, size = protowire.ConsumeFixed64(data)
		case protowire.Fixed32Type:
			var n32 uint32
			n32, size = protowire.ConsumeFixed32(data)
			n = uint64(n32)
		default:
			content, size = protowire.ConsumeBytes(data)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		visit(field, n, content)
		data = data[size:]
	}
	return nil
}

func decodeProtoRows(data []byte, b *beacon.Batch) error {
	b.Reset()
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	return eachField(data, func(field protowire.Number, _ uint64, content []byte) {
		if field == 1 {
			b.Strings = append(b.Strings, string(content))
			return
		}
		row := uint32(b.Len())
		var received, time int64
		var ids [4]beacon.ID
		var dims [beacon.NumDims]uint32
		var flags uint8
		var trace uint32
		var tags []beacon.TagRef
		rate := float32(1)
		err := eachField(content, func(field protowire.Number, n uint64, content []byte) {
			switch {
			case field == 1:
				received = int64(n)
			case field == 2:
				time = received - protowire.DecodeZigZag(n)
			case field >= 3 && field <= 6:
				ids[field-3] = beacon.ID(n)
			case field == 7:
				flags = uint8(n)
			case field == 8:
				trace = uint32(n)
			case field == 9:
				rate = math.Float32frombits(uint32(n))
			case field >= 16 && field < 16+protowire.Number(beacon.NumDims):
				dims[field-16] = uint32(n)
			}
			var numbers [4]uint32
			var value float32
			if content != nil {
				if eachField(content, func(f protowire.Number, n uint64, _ []byte) {
					if f <= 4 {
						numbers[f-1] = uint32(n)
					} else {
						value = math.Float32frombits(uint32(n))
					}
				}) != nil {
					return
				}
			}
			switch field {
			case 10:
				tags = append(tags, beacon.TagRef{Key: numbers[0], Value: numbers[1]})
			case 11:
				b.MetricRow, b.MetricName, b.MetricValue = append(b.MetricRow, row), append(b.MetricName, numbers[0]), append(b.MetricValue, value)
			case 12:
				b.ErrorRow, b.ErrorType, b.ErrorMessage = append(b.ErrorRow, row), append(b.ErrorType, numbers[0]), append(b.ErrorMessage, numbers[1])
				b.ErrorStack, b.ErrorHandled = append(b.ErrorStack, numbers[2]), append(b.ErrorHandled, numbers[3] != 0)
			case 13:
				b.RequestRow, b.RequestURL, b.RequestMethod = append(b.RequestRow, row), append(b.RequestURL, numbers[0]), append(b.RequestMethod, numbers[1])
				b.RequestStatus, b.RequestTrace = append(b.RequestStatus, uint16(numbers[2])), append(b.RequestTrace, numbers[3])
				b.RequestDuration = append(b.RequestDuration, value)
			case 14:
				b.EventRow, b.EventName, b.EventValue = append(b.EventRow, row), append(b.EventName, numbers[0]), append(b.EventValue, value)
			}
		})
		if err != nil {
			return
		}
		b.Received, b.Time = append(b.Received, received), append(b.Time, time)
		b.ID, b.View, b.Session, b.User = append(b.ID, ids[0]), append(b.View, ids[1]), append(b.Session, ids[2]), append(b.User, ids[3])
		for d := range dims {
			b.Dims[d] = append(b.Dims[d], dims[d])
		}
		b.Flags, b.Trace, b.SampleRate = append(b.Flags, flags), append(b.Trace, trace), append(b.SampleRate, rate)
		set := uint32(0)
		if len(tags) > 0 {
			set = uint32(len(b.TagSets))
			b.TagSets = append(b.TagSets, tags)
		}
		b.TagSet = append(b.TagSet, set)
	})
}

// TestFormatsComplete checks that all compared formats carry all data.
func TestFormatsComplete(t *testing.T) {
	for _, b := range beacontest.Batches(beacontest.Subject.Traffic(7, 128), 64) {
		for _, f := range formats {
			for _, c := range compressions(t) {
				message, err := c.unpack(nil, c.pack(nil, f.encode(nil, b)))
				if err != nil {
					t.Fatal(err)
				}
				var got beacon.Batch
				if err := f.decode(message, &got); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got.Beacons(), b.Beacons()) {
					t.Errorf("%s, %s: other beacons after decoding", f.name, c.name)
				}
			}
		}
	}
}
