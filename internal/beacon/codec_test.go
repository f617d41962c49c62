package beacon_test

import (
	"bytes"
	"encoding/binary"
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

// full is a beacon that has everything.
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

// batch makes a batch of beacons.
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

// roundTrip checks that a batch comes back as the same beacons and columns.
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
		t.Fatal("encoded again it is different")
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

func TestDecodeKeepsNothingOfTheInput(t *testing.T) {
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

// TestAppendLeavesOut checks that what a batch cannot hold is counted and that
// the rest survives.
func TestAppendLeavesOut(t *testing.T) {
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
		t.Errorf("%d left out, want %d", b.Rejected, want)
	}
	if len(got.Metrics) != 256 || len(got.Tags) != beacon.MaxBatchTags || len(got.Errors[0].Stack) != beacon.MaxString || got.Errors[0].Message != "a?b" || got.Time != 0 {
		t.Errorf("%+v", got)
	}
	b.Reset()
	if b.Rejected != 0 {
		t.Error("Reset keeps the count")
	}
}

func TestEncodeRefusesTooMuch(t *testing.T) {
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

// message builds a message by hand, as a program in another language would.
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

func (m message) text(s string) message {
	return append(binary.AppendUvarint(m.field(1, 2), uint64(len(s))), s...)
}

func (m message) floats(number int, values ...float32) message {
	m = binary.AppendUvarint(m.field(number, 2), uint64(4*len(values)))
	for _, v := range values {
		m = binary.LittleEndian.AppendUint32(m, math.Float32bits(v))
	}
	return m
}

func (m message) plain() []byte { return append([]byte{0x10}, m...) }

// two is the beginning of a message of two beacons and two strings.
func two() message {
	return message{}.text("lcp").text("cls").packed(2, 200, 2)
}

func TestDecodeForeign(t *testing.T) {
	var b beacon.Batch
	// What this version does not know is skipped, whatever its wire type.
	m := two().packed(77, 1, 2, 3).field(78, 0, 5).field(79, 5, 1, 2, 3, 4).field(80, 1, 1, 2, 3, 4, 5, 6, 7, 8).
		packed(11, 2, 1).packed(12, 1, 2, 1).floats(13, 1, 2, 3).packed(16, 2).field(9, 0, 1)
	if err := beacon.Decode(m.plain(), &b); err != nil {
		t.Fatal(err)
	}
	got := b.Beacons()
	want := [][]beacon.Metric{{{Name: "lcp", Value: 1}, {Name: "cls", Value: 2}}, {{Name: "lcp", Value: 3}}}
	for i := range got {
		if !reflect.DeepEqual(got[i].Metrics, want[i]) || got[i].Dims[beacon.Region] != "cls" || !got[i].Navigation || got[i].Received != 100+int64(i) {
			t.Errorf("%d: %+v", i, got[i])
		}
	}
	// Numbers that cannot be are left out alone.
	bad := two().packed(11, 2, 1).packed(12, 1, 2, 1).floats(13, float32(math.NaN()), 2, -3).floats(14, 0.5, 7).
		packed(40, 0, 1).floats(44, float32(math.Inf(1)), 1).packed(46, 1).floats(48, float32(math.Inf(-1))).packed(3, 1<<62, 0)
	if err := beacon.Decode(bad.plain(), &b); err != nil {
		t.Fatal(err)
	}
	got = b.Beacons()
	if b.Rejected != 6 || len(got[0].Metrics) != 1 || got[0].Metrics[0].Value != 2 || len(got[1].Metrics) != 0 ||
		got[1].SampleRate != 1 || got[0].Requests[0].Duration != 0 || got[1].Events[0].Value != 0 || got[0].Time != 0 {
		t.Errorf("%d rejected: %+v", b.Rejected, got)
	}
	// Text that is not UTF-8 is made so.
	if err := beacon.Decode(message{}.text("a\xff").packed(2, 2).packed(16, 1).plain(), &b); err != nil || b.Strings[1] != "a?" {
		t.Error(err, b.Strings)
	}
}

func TestDecodeErrors(t *testing.T) {
	tooMany := make([]uint64, beacon.MaxBeacons+1)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":              {nil, "empty"},
		"version":              {[]byte{0x20}, "unknown version of the batch format; upgrade rumtop (version 2, this reads 1)"},
		"JSON":                 {[]byte(`{"id": 1}`), "unknown version"},
		"compression":          {[]byte{0x1f}, "unknown compression 15"},
		"snappy":               {[]byte{0x11, 0xff}, "snappy"},
		"snappy bomb":          {append([]byte{0x11}, s2.EncodeSnappy(nil, make([]byte, beacon.MaxMessage+1))...), "larger than allowed"},
		"plain too large":      {make([]byte, beacon.MaxMessage+2), "unknown version"},
		"truncated":            {two().plain()[:7], "ends in the middle"},
		"truncated tag":        {message{0x80}.plain(), "ends in the middle"},
		"field 0":              {message{0x02, 0}.plain(), "ends in the middle"},
		"group":                {message{0x0b}.plain(), "ends in the middle"},
		"number in strings":    {message{}.field(1, 0, 1).plain(), "field 1: has the wrong wire type"},
		"huge length":          {message{0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}.plain(), "ends in the middle"},
		"string too long":      {message{}.text(strings.Repeat("x", beacon.MaxString+1)).plain(), "larger than allowed"},
		"twice":                {two().packed(2, 1).plain(), "field 2 stands there twice"},
		"too many beacons":     {message{}.packed(2, tooMany...).plain(), "field 2: batch is larger"},
		"time before 1970":     {message{}.packed(2, 1).plain(), "field 2: is not a time"},
		"time beyond":          {message{}.packed(2, 1<<62).plain(), "field 2: is not a time"},
		"received as floats":   {message{}.field(2, 5, 1, 2, 3, 4).plain(), "field 2: has the wrong wire type"},
		"column too short":     {message{}.packed(2, 2, 2, 2).packed(16, 0, 0).plain(), "field 16: does not have 3 entries"},
		"column too long":      {two().packed(16, 1, 1, 1).plain(), "field 16: does not have 2 entries"},
		"column empty":         {two().packed(16).plain(), "field 16: does not have 2 entries"},
		"column of nothing":    {message{}.text("a").packed(16, 1).plain(), "field 16: does not have 0 entries"},
		"column as floats":     {two().field(16, 5, 0, 0, 0, 0).plain(), "field 16: has the wrong wire type"},
		"column ends early":    {two().field(16, 2, 2, 0x01, 0x80).plain(), "field 16: ends in the middle"},
		"string index":         {two().packed(16, 3).plain(), "field 16: entry 0 is 3, which is more than 2"},
		"huge index":           {two().packed(16, 0, 1<<40).plain(), "field 16: entry 1"},
		"flags":                {two().packed(9, 0, 256).plain(), "field 9: entry 1"},
		"lag too short":        {message{}.packed(2, 2, 2, 2).packed(3, 0, 0).plain(), "field 3: does not have one entry a beacon"},
		"lag too long":         {two().packed(3, 0, 0, 0).plain(), "field 3: does not have one"},
		"lag as floats":        {two().field(3, 5, 0, 0, 0, 0).plain(), "field 3: has the wrong"},
		"ids not whole":        {two().field(4, 2, 3, 1, 2, 3).plain(), "field 4: has the wrong"},
		"ids too few":          {two().field(4, 1, 1, 2, 3, 4, 5, 6, 7, 8).plain(), "field 4: does not have one"},
		"view index":           {two().packed(6, 1).plain(), "field 6: entry 0 is 1"},
		"tag set index":        {two().packed(10, 1).plain(), "field 10: entry 0 is 1"},
		"tag set too large":    {two().packed(32, 33).packed(33, 1).packed(34, 1).plain(), "field 32: batch is larger"},
		"tag keys":             {two().packed(32, 3).packed(33, 1, 1).packed(34, 1).plain(), "field 33: does not have 3"},
		"tag values":           {two().packed(32, 1).packed(33, 1).packed(34, 9).plain(), "field 34: entry 0 is 9"},
		"metrics of a beacon":  {two().packed(11, 257).plain(), "field 11: entry 0 is 257"},
		"metrics":              {message{}.packed(2, make([]uint64, 4096)...).packed(11, 256).plain(), "field 11: batch is larger"},
		"metric names":         {two().packed(11, 2, 1).packed(12, 1, 1).plain(), "field 12: does not have 3"},
		"metric values":        {two().packed(11, 2, 1).packed(12, 1).floats(13, 1, 2).plain(), "field 13: does not have 3"},
		"values as varints":    {two().packed(11, 1).packed(12, 1).field(13, 0, 1).plain(), "field 13: has the wrong"},
		"values of no metric":  {two().floats(13, 1, 2).plain(), "field 13: does not have 0"},
		"error of no beacon":   {two().packed(35, 1, 1).plain(), "field 35: belongs to beacon 2 of 2"},
		"errors of no batch":   {message{}.packed(35, 0).plain(), "field 35: belongs to beacon 0 of 0"},
		"handled maybe":        {two().packed(35, 1).packed(39, 2).plain(), "field 39: entry 0 is 2"},
		"request status":       {two().packed(40, 1).packed(43, 1000).plain(), "field 43: entry 0 is 1000"},
		"request rows overrun": {two().packed(40, 1<<32).plain(), "field 40: ends in the middle"},
		"event name":           {two().packed(46, 1).packed(47, 5).plain(), "field 47: entry 0 is 5"},
	} {
		b := batch(full())
		err := beacon.Decode(c.data, b)
		if err == nil || !strings.HasPrefix(err.Error(), "decode batch: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if len(b.Beacons()) != 0 || len(b.Strings) != 0 {
			t.Errorf("%s: leaves something in the batch", name)
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

// TestDecodeReusesMemory: strings are the only thing a decoded batch costs.
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

// TestDecodeBoundedMemory: constant columns are the way to ask for most memory
// with least input.
func TestDecodeBoundedMemory(t *testing.T) {
	received := make([]uint64, beacon.MaxBeacons)
	sizes := make([]uint64, 1<<19/32)
	for i := range sizes {
		sizes[i] = 32
	}
	m := message{}.text("x").packed(2, received...).packed(32, sizes...).packed(33, 1).packed(34, 1).
		packed(11, 8).packed(12, 1).floats(13, 1).packed(35, make([]uint64, 1<<19)...).packed(40, make([]uint64, 1<<19)...)
	data := append([]byte{0x11}, s2.EncodeSnappy(nil, m)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var b beacon.Batch
	if err := beacon.Decode(data, &b); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
		t.Errorf("%d bytes of input took %d MiB", len(data), got>>20)
	}
}

var update = flag.Bool("update", false, "write the golden batches anew; only for a new version of the format")

// TestGolden: batches that were written once can be read for ever.
func TestGolden(t *testing.T) {
	for name, b := range map[string]*beacon.Batch{
		"v1-full.bin":    batch(full()),
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
			t.Errorf("%s: not the beacons that were written", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, batch(full())))
	f.Add(encode(f, batch(beacontest.Subject.Traffic(5, 20)...)))
	f.Add(two().packed(32, 2).packed(33, 1, 2).packed(34, 2, 1).packed(10, 0, 1).packed(35, 0, 1).packed(37, 1).plain())
	var b beacon.Batch // reused, as a reader does
	f.Fuzz(func(t *testing.T, data []byte) {
		if beacon.Decode(data, &b) != nil {
			return
		}
		if b.Len() > beacon.MaxBeacons {
			t.Fatal("too many beacons")
		}
		roundTrip(t, &b, &beacon.Batch{})
	})
}

// FuzzRoundTrip mutates the fields of beacons instead of bytes.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint64(1), "text", "\xff", 1.5, int64(beacontest.Start), int64(3))
	f.Fuzz(func(t *testing.T, seed uint64, s1, s2 string, v float64, received, at int64) {
		n := int(seed % 40)
		beacons := beacontest.Subject.Traffic(seed, n+1)
		c := &beacons[n/2]
		c.Received, c.Time = received, at
		c.ID, c.User = beacon.ID(seed), beacon.ID(seed>>1)
		c.Dims[seed%uint64(beacon.NumDims)], c.Trace = s1, s2
		c.Tags = append(c.Tags, beacon.Tag{Key: s1, Value: s2}, beacon.Tag{Key: s2, Value: s1})
		c.SampleRate = v
		c.Metrics = append(c.Metrics, beacon.Metric{Name: s1, Value: v}, beacon.Metric{Name: s2, Value: -v})
		c.Errors = append(c.Errors, beacon.Error{Type: s1, Message: s2, Stack: s1 + s2})
		c.Requests = append(c.Requests, beacon.Request{URL: s2, Status: int(seed % 2000), Duration: v})
		c.Events = append(c.Events, beacon.Event{Name: s1, Value: v}, beacon.Event{Name: s2, Value: -v})
		roundTrip(t, batch(beacons...), &beacon.Batch{})
	})
}
