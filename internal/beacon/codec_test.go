package beacon_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

// full is a beacon with a value in every field.
func full() beacon.Beacon {
	b := beacon.Beacon{
		ID: math.MaxUint64, Received: beacontest.Start, Time: beacontest.Start + 77,
		Tags: []beacon.Tag{{Key: "flag", Value: "new-payment-flow"}, {Key: "tier", Value: "paid"}},
		View: 1, Session: 2, User: 3, Navigation: true, Unsampled: true, SampleRate: 0.125,
		Metrics:  []beacon.Metric{{Name: "lcp", Value: 2412.5}, {Name: "cls", Value: float64(float32(0.04))}, {Name: "ttft", Value: 0}},
		Errors:   []beacon.Error{{Type: "TypeError", Message: "x is null", Stack: "at a\nat b", Handled: true}, {Type: "Error"}},
		Requests: []beacon.Request{{URL: "/api/cart", Method: "POST", Status: 503, Duration: 812.25, Trace: "4bf92f"}, {URL: "/api/cart"}},
		Events:   []beacon.Event{{Name: "refund", Value: -2.5}},
		Trace:    "4bf92f3577b34da6",
	}
	for d := range b.Dims {
		b.Dims[d] = "v" + beacon.Dim(d).String()
	}
	return b
}

// batch returns a batch of beacons.
func batch(beacons ...beacon.Beacon) *beacon.Batch {
	b := &beacon.Batch{}
	for i := range beacons {
		b.Append(&beacons[i])
	}
	return b
}

func encode(t testing.TB, b *beacon.Batch) []byte {
	t.Helper()
	data, err := b.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// roundTrip checks that Decode returns the same beacons and columns.
func roundTrip(t testing.TB, b *beacon.Batch, into *beacon.Batch) {
	t.Helper()
	data := encode(t, b)
	if err := beacon.Decode(data, into); err != nil {
		t.Fatal(err)
	}
	want, got := b.Beacons(), into.Beacons()
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("beacon %d of %d:\n got %+v\nwant %+v", i, len(want), got[i], want[i])
		}
	}
	if len(got) != len(want) || !reflect.DeepEqual(into.Strings, b.Strings) && b.Len() > 0 {
		t.Fatalf("%d beacons and strings %q, want %d and %q", len(got), into.Strings, len(want), b.Strings)
	}
	if again := encode(t, into); !bytes.Equal(again, data) {
		t.Fatal("a second Encode differs from the first")
	}
}

func TestRoundTrip(t *testing.T) {
	traffic := beacontest.Subject.Traffic(1, 3000)
	later := full()
	later.Received += 1e6
	later.Time = 0
	early := full()
	early.Received = 5
	early.Time = 9
	into := &beacon.Batch{}
	for name, b := range map[string]*beacon.Batch{
		"empty": batch(), "zero": batch(beacon.Beacon{SampleRate: 1}), "full": batch(full()), "full twice": batch(full(), full()),
		"unknown time": batch(full(), later), "out of order": batch(later, early, full()), "sparse": batch(append(traffic[:50:50], full())...),
		"1": batch(traffic[:1]...), "5": batch(traffic[:5]...), "64": batch(traffic[:64]...), "3000": batch(traffic...),
	} {
		t.Run(name, func(t *testing.T) {
			roundTrip(t, b, into)
			roundTrip(t, b, &beacon.Batch{})
		})
	}
}

func TestEncodeAppends(t *testing.T) {
	traffic := beacontest.Subject.Traffic(2, 64)
	for _, n := range []int{1, 64} { // plain and compressed
		want := encode(t, batch(traffic[:n]...))
		got, err := batch(traffic[:n]...).Encode([]byte("before"))
		if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestDecodeCopiesInput(t *testing.T) {
	b := batch(full())
	data := encode(t, b)
	into := &beacon.Batch{}
	if err := beacon.Decode(data, into); err != nil {
		t.Fatal(err)
	}
	clear(data)
	if !reflect.DeepEqual(into.Beacons(), b.Beacons()) {
		t.Error("the batch changed with the input")
	}
}

// TestAppendDropsInvalid checks that what a batch cannot hold is counted and
// the rest is kept.
func TestAppendDropsInvalid(t *testing.T) {
	c := full()
	c.Time = -1
	c.Metrics = []beacon.Metric{{Name: "lcp", Value: math.NaN()}, {Name: "inp", Value: -1}, {Name: "fcp", Value: math.Inf(1)}, {Name: "ttfb", Value: 1e300}, {Name: "cls", Value: 1}}
	c.Requests[0].Duration = math.NaN()
	c.Events[0].Value = math.Inf(-1)
	c.Errors[0].Stack = strings.Repeat("x", beacon.MaxString+1)
	c.Errors[0].Message = "a\xffb"
	c.Tags = nil
	for range 40 {
		c.Tags = append(c.Tags, beacon.Tag{Key: "k", Value: "v"})
	}
	for range 300 {
		c.Metrics = append(c.Metrics, beacon.Metric{Name: "cls", Value: 1})
	}
	b := batch(c, full())
	roundTrip(t, b, &beacon.Batch{})
	got := b.Beacons()[0]
	if want := 1 + 4 + 1 + 1 + 8 + 45; b.Rejected != want {
		t.Errorf("Rejected = %d, want %d", b.Rejected, want)
	}
	if len(got.Metrics) != 256 || len(got.Tags) != beacon.MaxBatchTags || len(got.Errors[0].Stack) != beacon.MaxString || got.Errors[0].Message != "a?b" || got.Time != 0 {
		t.Errorf("%+v", got)
	}
	b.Reset()
	if b.Rejected != 0 {
		t.Error("Reset keeps Rejected")
	}
}

func TestEncodeOverLimits(t *testing.T) {
	b := &beacon.Batch{}
	c := beacon.Beacon{Received: 1, SampleRate: 1}
	for range beacon.MaxBeacons {
		b.Append(&c)
	}
	roundTrip(t, b, &beacon.Batch{})
	b.Append(&c)
	if _, err := b.Encode(nil); err == nil || !strings.Contains(err.Error(), "publish fewer") {
		t.Error(err)
	}
	b.Reset()
	for i := range 200 {
		c.Errors = []beacon.Error{{Stack: strings.Repeat(string(rune('a'+i%26)), beacon.MaxString-i)}}
		b.Append(&c)
	}
	if _, err := b.Encode(nil); err == nil || !strings.Contains(err.Error(), "publish fewer") {
		t.Error(err)
	}
}

// message is a message built by hand, as by a program in another language.
type message []byte

func (m message) field(number, wire int, data ...byte) message {
	return append(binary.AppendUvarint(m, uint64(number<<3|wire)), data...)
}

func (m message) packed(number int, values ...uint64) message {
	var data []byte
	for _, v := range values {
		data = binary.AppendUvarint(data, v)
	}
	return append(binary.AppendUvarint(m.field(number, 2), uint64(len(data))), data...)
}

// text adds the string table.
func (m message) text(strings ...string) message {
	var all string
	var lengths []uint64
	for _, s := range strings {
		all += s
		lengths = append(lengths, uint64(len(s)))
	}
	m = append(binary.AppendUvarint(m.field(1, 2), uint64(len(all))), all...)
	return m.packed(2, lengths...)
}

func (m message) floats(number int, values ...float32) message {
	m = binary.AppendUvarint(m.field(number, 2), uint64(4*len(values)))
	for _, v := range values {
		m = binary.LittleEndian.AppendUint32(m, math.Float32bits(v))
	}
	return m
}

func (m message) plain() []byte { return append([]byte{0x10}, m...) }

// two is the start of a message of two beacons and two strings.
func two() message {
	return message{}.text("lcp", "cls").packed(3, 200, 2)
}

func TestDecodeForeign(t *testing.T) {
	var b beacon.Batch
	// Unknown fields are skipped, with any wire type and repeated.
	m := two().packed(77, 1, 2, 3).field(78, 0, 5).field(79, 5, 1, 2, 3, 4).field(80, 1, 1, 2, 3, 4, 5, 6, 7, 8).packed(38, 1).packed(38, 2).
		packed(32, 2, 1).packed(33, 1, 2, 1).packed(8, 1, 2).packed(34, 20, 10000<<2|1, 60).packed(16, 2).field(7, 0, 1)
	if err := beacon.Decode(m.plain(), &b); err != nil {
		t.Fatal(err)
	}
	got := b.Beacons()
	want := [][]beacon.Metric{{{Name: "lcp", Value: 1}, {Name: "cls", Value: 1}}, {{Name: "lcp", Value: 3}}}
	for i := range got {
		if !reflect.DeepEqual(got[i].Metrics, want[i]) || got[i].Dims[beacon.Region] != "cls" || !got[i].Navigation || got[i].Received != 100+int64(i) {
			t.Errorf("%d: %+v", i, got[i])
		}
	}
	// Only invalid numbers are dropped.
	bits := func(v float64) uint64 { return uint64(math.Float32bits(float32(v)))<<2 | 3 }
	bad := two().packed(32, 2, 1).packed(33, 1, 2, 1).packed(8, 1, 2).packed(34, bits(math.NaN()), 40, bits(-3)).packed(6, 0, 1).floats(13, 0.5, 7).
		packed(48, 0, 1).packed(52, bits(math.Inf(1)), 1).packed(56, 1).floats(58, float32(math.Inf(-1))).packed(4, 1<<62, 0)
	if err := beacon.Decode(bad.plain(), &b); err != nil {
		t.Fatal(err)
	}
	got = b.Beacons()
	if b.Rejected != 6 || len(got[0].Metrics) != 1 || got[0].Metrics[0].Value != 2 || len(got[1].Metrics) != 0 || got[0].SampleRate != .5 ||
		got[1].SampleRate != 1 || got[0].Requests[0].Duration != 0 || got[1].Events[0].Value != 0 || got[0].Time != 0 || got[1].Time != 101 {
		t.Errorf("%d rejected: %+v", b.Rejected, got)
	}
	// Invalid UTF-8 is replaced, also in strings split within a character.
	if err := beacon.Decode(message{}.text("a\xff", "b", "\xc3", "\xbc").plain(), &b); err != nil || !reflect.DeepEqual(b.Strings, []string{"", "a?", "b", "?", "?"}) {
		t.Errorf("%v %q", err, b.Strings)
	}
	if err := beacon.Decode(message{}.text("\xc3", "\xbc").plain(), &b); err != nil || !reflect.DeepEqual(b.Strings, []string{"", "?", "?"}) {
		t.Errorf("%v %q", err, b.Strings)
	}
}

func TestDecodeErrors(t *testing.T) {
	tooMany := make([]uint64, beacon.MaxBeacons+1)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":              {nil, "empty"},
		"version":              {[]byte{0x20}, "unknown version of the batch format: upgrade rumtop (version 2, this reads 1)"},
		"JSON":                 {[]byte(`{"id": 1}`), "unknown version"},
		"compression":          {[]byte{0x1f}, "unknown compression 15"},
		"snappy":               {[]byte{0x11, 0xff}, "snappy"},
		"snappy bomb":          {append([]byte{0x11}, s2.EncodeSnappy(nil, make([]byte, beacon.MaxMessage+1))...), "over the limit"},
		"truncated":            {two().plain()[:7], "ends in the middle"},
		"truncated tag":        {message{0x80}.plain(), "ends in the middle"},
		"field 0":              {message{0x02, 0}.plain(), "ends in the middle"},
		"group":                {message{0x0b}.plain(), "ends in the middle"},
		"huge length":          {message{0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}.plain(), "ends in the middle"},
		"number as text":       {message{}.field(1, 0, 1).plain(), "field 1: has the wrong wire type"},
		"text too short":       {message{}.field(1, 2, 1, 'a').packed(2, 2).plain(), "field 2: does not split the text"},
		"text too long":        {message{}.field(1, 2, 1, 'a').plain(), "field 2: does not split the text"},
		"string too long":      {message{}.text(strings.Repeat("x", beacon.MaxString+1)).plain(), "over the limit"},
		"too many strings":     {message{}.packed(2, make([]uint64, 1<<18)...).plain(), "field 2: batch is over the limit"},
		"twice":                {two().packed(3, 1).plain(), "field 3: duplicate"},
		"too many beacons":     {message{}.packed(3, tooMany...).plain(), "field 3: batch is over the limit"},
		"time before 1970":     {message{}.packed(3, 1).plain(), "field 3: is out of range"},
		"time beyond":          {message{}.packed(3, 1<<62).plain(), "field 3: is out of range"},
		"received as floats":   {message{}.field(3, 5, 1, 2, 3, 4).plain(), "field 3: has the wrong wire type"},
		"column too short":     {message{}.packed(3, 2, 2, 2).packed(7, 0, 0).plain(), "field 7: does not have 3 entries"},
		"column too long":      {two().packed(7, 1, 1, 1).plain(), "field 7: does not have 2 entries"},
		"column empty":         {two().packed(7).plain(), "field 7: does not have 2 entries"},
		"column of nothing":    {message{}.text("a").packed(16, 1).plain(), "field 16: does not have 0 entries"},
		"column as floats":     {two().field(7, 5, 0, 0, 0, 0).plain(), "field 7: has the wrong wire type"},
		"column ends early":    {two().field(7, 2, 2, 0x01, 0x80).plain(), "field 7: ends in the middle"},
		"flags":                {two().packed(7, 0, 256).plain(), "field 7: entry 1"},
		"lag too short":        {message{}.packed(3, 2, 2, 2).packed(4, 0, 0).plain(), "field 4: does not have one entry a beacon"},
		"lag too long":         {two().packed(4, 0, 0, 0).plain(), "field 4: does not have one"},
		"lag as floats":        {two().field(4, 5, 0, 0, 0, 0).plain(), "field 4: has the wrong"},
		"ids not whole":        {two().field(5, 2, 3, 1, 2, 3).plain(), "field 5: has the wrong"},
		"ids too few":          {two().field(5, 1, 1, 2, 3, 4, 5, 6, 7, 8).plain(), "field 5: does not have one"},
		"view":                 {two().packed(6, 0, 2).plain(), "field 6: entry 1 is 2, more than 1"},
		"view ids":             {two().packed(6, 0, 1).field(9, 1, 1, 2, 3, 4, 5, 6, 7, 8).plain(), "field 9: does not have one"},
		"session index":        {two().packed(10, 1).plain(), "field 10: entry 0 is 1"},
		"string index":         {two().packed(16, 3).plain(), "field 16: entry 0 is 3, more than 2"},
		"huge index":           {two().packed(6, 0, 1).packed(16, 0, 1<<40).plain(), "field 16: entry 1"},
		"of views, not rows":   {two().packed(16, 1, 1).plain(), "field 16: does not have 1 entries"},
		"tag set index":        {two().packed(12, 1).plain(), "field 12: entry 0 is 1"},
		"tag set too large":    {two().packed(35, 33).packed(36, 1).packed(37, 1).plain(), "field 35: batch is over the limit"},
		"tag keys":             {two().packed(35, 3).packed(36, 1, 1).packed(37, 1).plain(), "field 36: does not have 3"},
		"tag values":           {two().packed(35, 1).packed(36, 1).packed(37, 9).plain(), "field 37: entry 0 is 9"},
		"metrics of a beacon":  {two().packed(32, 257).plain(), "field 32: batch is over the limit"},
		"metrics":              {message{}.packed(3, make([]uint64, 4096)...).packed(32, 256).packed(8, 1).plain(), "field 8: batch is over the limit"},
		"metric set":           {two().packed(32, 2).packed(8, 0, 2).plain(), "field 8: entry 1 is 2"},
		"metric names":         {two().packed(32, 2, 1).packed(33, 1, 1).plain(), "field 33: does not have 3"},
		"metric values":        {two().packed(32, 2, 1).packed(8, 1, 2).packed(34, 1, 2).plain(), "field 34: does not have 3"},
		"metric values end":    {two().packed(32, 1).packed(8, 1).field(34, 2, 2, 0x80, 0x80).plain(), "field 34: ends in the middle"},
		"values as floats":     {two().packed(32, 1).packed(8, 1).field(34, 5, 1, 2, 3, 4).plain(), "field 34: has the wrong"},
		"values of no metric":  {two().packed(34, 1, 2).plain(), "field 34: does not have 0"},
		"sample rates":         {two().floats(13, 1, 1).plain(), "field 13: does not have 1"},
		"rates as varints":     {two().packed(6, 0, 1).field(13, 0, 1).plain(), "field 13: has the wrong"},
		"error of no beacon":   {two().packed(40, 1, 1).plain(), "field 40: belongs to beacon 2 of 2"},
		"errors of no batch":   {message{}.packed(40, 0).plain(), "field 40: belongs to beacon 0 of 0"},
		"handled maybe":        {two().packed(40, 1).packed(44, 2).plain(), "field 44: entry 0 is 2"},
		"request status":       {two().packed(48, 1).packed(51, 1000).plain(), "field 51: entry 0 is 1000"},
		"request rows overrun": {two().packed(48, 1<<32).plain(), "field 48: ends in the middle"},
		"event name":           {two().packed(56, 1).packed(57, 5).plain(), "field 57: entry 0 is 5"},
	} {
		b := batch(full())
		err := beacon.Decode(c.data, b)
		if err == nil || !strings.HasPrefix(err.Error(), "decode batch: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if len(b.Beacons()) != 0 || len(b.Strings) != 0 {
			t.Errorf("%s: the batch is not empty", name)
		}
	}
	if err := beacon.Decode([]byte{0x20}, &beacon.Batch{}); !errors.Is(err, beacon.ErrVersion) {
		t.Error(err)
	}
	large := append([]byte{0x10}, make([]byte, beacon.MaxMessage+1)...)
	if err := beacon.Decode(large, &beacon.Batch{}); !errors.Is(err, beacon.ErrTooLarge) {
		t.Error(err)
	}
}

// TestDecodeReusesMemory checks that only strings are allocated.
func TestDecodeReusesMemory(t *testing.T) {
	for _, n := range []int{5, 256} {
		data := encode(t, batch(beacontest.Subject.Traffic(3, n)...))
		var b beacon.Batch
		allocs := testing.AllocsPerRun(50, func() {
			if err := beacon.Decode(data, &b); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > 1 {
			t.Errorf("%d beacons: %v allocations", n, allocs)
		}
	}
}

// TestDecodeBoundedMemory uses constant columns, which take most memory for least
// input.
func TestDecodeBoundedMemory(t *testing.T) {
	received := make([]uint64, beacon.MaxBeacons)
	sizes := make([]uint64, 1<<19/32)
	for i := range sizes {
		sizes[i] = 32
	}
	m := message{}.text("x").packed(3, received...).packed(35, sizes...).packed(36, 1).packed(37, 1).
		packed(32, 8).packed(33, 1).packed(8, 1).packed(34, 1).packed(40, make([]uint64, 1<<19)...).packed(48, make([]uint64, 1<<19)...)
	data := append([]byte{0x11}, s2.EncodeSnappy(nil, m)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var b beacon.Batch
	if err := beacon.Decode(data, &b); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 65<<20 {
		t.Errorf("%d bytes of input took %d MiB", len(data), got>>20)
	}
}

var update = flag.Bool("update", false, "rewrite the golden batches; only for a new version of the format")

// TestDecodeGolden checks that batches of every release stay readable.
func TestDecodeGolden(t *testing.T) {
	before := full() // the dimensions that came later
	before.Dims[beacon.Traffic] = ""
	for name, b := range map[string]*beacon.Batch{
		"v1-full.bin":    batch(before),
		"v1-traffic.bin": batch(beacontest.Subject.Traffic(4, 64)...),
	} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, encode(t, b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var got beacon.Batch
		if err := beacon.Decode(data, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Beacons(), b.Beacons()) {
			t.Errorf("%s: got other beacons than were encoded", name)
		}
	}
}

// TestEncodeDocumentedExample checks the example of docs/wire-format.md.
func TestEncodeDocumentedExample(t *testing.T) {
	doc, err := os.ReadFile("../../docs/wire-format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```hex\n")
	block, _, _ := strings.Cut(rest, "```")
	documented, err := hex.DecodeString(strings.Join(strings.Fields(block), ""))
	if err != nil {
		t.Fatal(err)
	}
	first := beacon.Beacon{
		ID: 0x0102030405060708, View: 0x1112131415161718, Session: 0x2122232425262728,
		Received: 1763647652123, Time: 1763647652051, Navigation: true, SampleRate: 1,
		Metrics: []beacon.Metric{{Name: "lcp", Value: 2412.5}, {Name: "cls", Value: 0.04}},
	}
	first.Dims[beacon.Region], first.Dims[beacon.Page] = "eu-west", "/cart"
	failed := first
	failed.ID, failed.Received, failed.Time = first.ID+1, first.Received+7, first.Time+7
	failed.Navigation, failed.Metrics = false, nil
	failed.Errors = []beacon.Error{{Type: "TypeError", Message: "x is null"}}
	if got := encode(t, batch(first, failed)); !bytes.Equal(got, documented) {
		t.Errorf("the example is encoded as % x", got)
	}
}
