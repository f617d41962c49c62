package stitch

import (
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"
)

var reportTime = time.Unix(1763647652, 0)

// moments are reports of a moment each.
func moments(at time.Time, contents ...string) (list []Moment) {
	for _, c := range contents {
		list = append(list, Moment{c, at})
	}
	return list
}

func TestDuplicateReportsRecord(t *testing.T) {
	s := Sender{Site: "shop", SDK: "reporting", Addr: netip.MustParseAddr("192.0.2.1"), Agent: "Chrome", Langs: "de"}
	address, agent, langs := s, s, s
	address.Addr, agent.Agent, langs.Langs = netip.MustParseAddr("192.0.2.2"), "Firefox", "en"
	for _, tc := range []struct {
		name      string
		sender    Sender
		reports   []Moment
		duplicate bool // the first of them
	}{
		{"again", s, moments(reportTime, "crash", "deprecation"), true},
		{"again with a newer one", s, moments(reportTime, "crash", "deprecation", "violation"), true},
		{"again in another order", s, moments(reportTime, "deprecation", "crash"), true},
		{"a little earlier", s, moments(reportTime.Add(-sameMoment/2), "crash", "deprecation"), true},
		{"a little later", s, moments(reportTime.Add(sameMoment/2), "crash", "deprecation"), true},
		{"just at the edge", s, moments(reportTime.Add(sameMoment), "crash", "deprecation"), true},
		{"seconds later", s, moments(reportTime.Add(2*sameMoment), "crash", "deprecation"), false},
		{"much later", s, moments(reportTime.Add(time.Hour), "crash", "deprecation"), false},
		{"without the rest of the first request", s, moments(reportTime, "crash"), false},
		{"with something else instead", s, moments(reportTime, "crash", "violation"), false},
		{"another report", s, moments(reportTime, "violation"), false},
		{"another address", address, moments(reportTime, "crash", "deprecation"), false},
		{"another browser", agent, moments(reportTime, "crash", "deprecation"), false},
		{"other languages", langs, moments(reportTime, "crash", "deprecation"), false},
	} {
		d := NewDuplicateReports()
		if _, first := d.Record(&s, moments(reportTime, "crash", "deprecation")); slices.Contains(first, true) {
			t.Errorf("%s: the first request has duplicates", tc.name)
		}
		if _, got := d.Record(&tc.sender, tc.reports); got[0] != tc.duplicate {
			t.Errorf("%s: duplicate %v, want %v", tc.name, got[0], tc.duplicate)
		}
	}
}

// The same report twice in one request is two; both again are duplicates. A third
// request with all of it is recognised by what brought each report first.
func TestDuplicateReportsOfRequests(t *testing.T) {
	d, s := NewDuplicateReports(), &Sender{Site: "shop"}
	for i, tc := range []struct {
		reports []Moment
		want    []bool
	}{
		{moments(reportTime, "a", "a"), []bool{false, false}},
		{moments(reportTime, "a", "a", "b"), []bool{true, true, false}},
		{moments(reportTime, "a", "a", "b", "c"), []bool{true, true, true, false}},
	} {
		if _, got := d.Record(s, tc.reports); !slices.Equal(got, tc.want) {
			t.Errorf("request %d: %v, want %v", i, got, tc.want)
		}
	}
}

func TestDuplicateReportsForget(t *testing.T) {
	d, s := NewDuplicateReports(), &Sender{Site: "shop"}
	keys, _ := d.Record(s, moments(reportTime, "crash"))
	d.Forget(keys)
	if _, got := d.Record(s, moments(reportTime, "crash")); got[0] {
		t.Error("a report of a denied request is still remembered")
	}
}

func TestDuplicateReportsBounded(t *testing.T) {
	d, s := NewDuplicateReports(), &Sender{Site: "shop"}
	for i := range 2 * maxReports {
		d.Record(s, moments(reportTime, strconv.Itoa(i)))
	}
	if n := d.seen.Len(); n != maxReports {
		t.Errorf("%d reports are remembered, want %d", n, maxReports)
	}
}
