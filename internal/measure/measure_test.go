package measure

import (
	"math"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestAllConsistent(t *testing.T) {
	keys, names := map[string]bool{}, map[string]bool{}
	for i, m := range All {
		if m.ID != ID(i) {
			t.Errorf("%s: at %d, its ID is %d", m.Key, i, m.ID)
		}
		if m.Key == "" || m.Title == "" || m.MinChange <= 0 || m.MinFactor <= 1 || m.Margin <= 0 {
			t.Errorf("incomplete: %+v", m)
		}
		if keys[m.Key] || names[m.Name] {
			t.Errorf("%s: twice", m.Key)
		}
		keys[m.Key], names[m.Name] = true, true
		if got, ok := ByKey(m.Key); !ok || got.ID != m.ID {
			t.Errorf("ByKey(%q) = %v, %v", m.Key, got.ID, ok)
		}
		if got, ok := ByName(m.Name); !ok || got.ID != m.ID {
			t.Errorf("ByName(%q) = %v, %v", m.Name, got.ID, ok)
		}
		if m.Vital < 0 {
			if m.Unit != Share {
				t.Errorf("%s: neither a vital nor a share", m.Key)
			}
			continue
		}
		v := Vitals[m.Vital]
		if m.Name != v.Name || m.Unit != v.Unit || m.Key != v.Name+"_p75" || m.Title != v.Title+" p75" {
			t.Errorf("%+v: does not fit vital %+v", m, v)
		}
	}
	if _, ok := ByKey("fid_p75"); ok {
		t.Error("found a measure that does not exist")
	}
}

func TestVitalsComplete(t *testing.T) {
	for i, name := range beacon.Vitals {
		v := Vitals[i]
		if v.Name != name || v.Title != strings.ToUpper(name) {
			t.Errorf("at %d: got %q, %q, want %q", i, v.Name, v.Title, name)
		}
		if !(v.Good > 0 && v.Poor > v.Good) {
			t.Errorf("%s: bounds %v and %v", name, v.Good, v.Poor)
		}
	}
}

func TestUnitFormat(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Share, 0, "0%"}, {Share, 0.00001, "<0.01%"}, {Share, 0.003859, "0.39%"}, {Share, 0.00994, "0.99%"}, {Share, 0.00996, "1.0%"},
		{Share, 0.1071, "10.7%"}, {Share, 0.9994, "99.9%"}, {Share, 1, "100%"}, {Share, math.NaN(), "·"},
		{Millis, 0, "0 ms"}, {Millis, 172.6, "173 ms"}, {Millis, 999.4, "999 ms"}, {Millis, 999.5, "1.00 s"}, {Millis, 2020, "2.02 s"},
		{Millis, 12345, "12.3 s"}, {Millis, 123456, "123 s"}, {Millis, math.Inf(1), "·"},
		{Score, 0.0412, "0.041"}, {Score, 0.9996, "1.00"}, {Score, 1234, "99.00"},
		{Number, 1.25, "1.2"}, {Number, 1250, "1,250"}, {Number, 12500, "12.5k"},
	} {
		if got := c.unit.Format(c.v); got != c.want {
			t.Errorf("%d.Format(%v) = %q, want %q", c.unit, c.v, got, c.want)
		}
	}
}

func TestUnitChange(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Share, 0.005, "+0.50pp"}, {Share, -0.12, "-12.0pp"}, {Share, 0, "+0pp"},
		{Millis, 120, "+120 ms"}, {Millis, -1500, "-1.50 s"}, {Score, -0.01, "-0.010"},
	} {
		if got := c.unit.Change(c.v); got != c.want {
			t.Errorf("%d.Change(%v) = %q, want %q", c.unit, c.v, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for _, c := range []struct {
		v          float64
		count, all string
	}{
		{0, "0", "0"}, {999.4, "999", "999"}, {999.5, "1,000", "1,000"}, {1234, "1,230", "1,234"}, {9994, "9,990", "9,994"}, {9996, "10.0k", "9,996"},
		{123456, "123k", "123,456"}, {1234567, "1.23M", "1,234,567"}, {1e12, ">999G", "1,000,000,000,000"}, {math.NaN(), "·", "·"}, {-1234, "·", "-1,234"},
	} {
		if got := Count(c.v); got != c.count {
			t.Errorf("Count(%v) = %q, want %q", c.v, got, c.count)
		}
		if got := Whole(c.v); got != c.all {
			t.Errorf("Whole(%v) = %q, want %q", c.v, got, c.all)
		}
	}
}

func TestQuantity(t *testing.T) {
	for n, want := range map[float64]string{0: "0 users", 1: "1 user", 0.7: "1 user", 1201: "1,201 users"} {
		if got := Quantity(n, "user", "users"); got != want {
			t.Errorf("Quantity(%v) = %q, want %q", n, got, want)
		}
	}
}
