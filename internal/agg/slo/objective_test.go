package slo

import (
	"math"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/filter"
)

func mustParse(t *testing.T, text string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestParseObjective(t *testing.T) {
	for text, want := range map[string]Objective{
		"99.5% of views":                           {Target: 0.995, Measure: "views"},
		" 75 %  of lcp<=2500 ":                     {Target: 0.75, Measure: "lcp", Bound: 2500},
		"75% of LCP <= 2.5s":                       {Target: 0.75, Measure: "lcp", Bound: 2500},
		"90% of cls<=0.1":                          {Target: 0.9, Measure: "cls", Bound: 0.1},
		"95% of ttft<=1500ms":                      {Target: 0.95, Measure: "ttft", Bound: 1500},
		"99% of requests":                          {Target: 0.99, Measure: "requests"},
		"99% of requests:*/api/payment":            {Target: 0.99, Measure: "requests", Request: "*/api/payment"},
		"90% of checkout_completed per checkout":   {Target: 0.9, Measure: "event", Event: "checkout_completed", Of: "checkout"},
		"99% of views where region=eu-* lcp<=4000": {Target: 0.99, Measure: "views", Filter: mustParse(t, "region=eu-* lcp<=4000")},
	} {
		got, err := ParseObjective("x", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got.Filter.String() != want.Filter.String() {
			t.Errorf("%q: filter %q, want %q", text, got.Filter, want.Filter)
		}
		got.Filter, want.Filter, want.Name = filter.Expr{}, filter.Expr{}, "x"
		if math.Abs(got.Target-want.Target) > 1e-12 || got.Measure != want.Measure || got.Bound != want.Bound ||
			got.Request != want.Request || got.Event != want.Event || got.Of != want.Of {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
		whole, _ := ParseObjective("x", text)
		if again, err := ParseObjective("x", whole.String()); err != nil || again.String() != whole.String() {
			t.Errorf("%q is written as %q, which reads as %q, %v", text, whole, again, err)
		}
	}
	for text, want := range map[string]string{
		"":                           "invalid syntax",
		"views":                      "invalid syntax",
		"0% of views":                "above 0%",
		"100% of views":              "below 100%",
		"99..9% of views":            "above 0%",
		"75% of lcp":                 "no bound of lcp",
		"75% of lcp<=":               "invalid syntax",
		"75% of lcp<=1.2.3":          "invalid bound",
		"99% of views where lcp>x":   "where",
		"99% of views where region=": "objective",
	} {
		if o, err := ParseObjective("x", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error about %q", text, o, err, want)
		}
	}
}
