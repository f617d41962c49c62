package filter

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// checkout is a beacon with a value for most fields.
func checkout() *beacon.Beacon {
	b := &beacon.Beacon{
		User: 0xabc, View: 7,
		Tags:    []beacon.Tag{{Key: "tier", Value: "paid"}, {Key: "odd key", Value: "a, b"}},
		Metrics: []beacon.Metric{{Name: "lcp", Value: 9000}, {Name: "lcp", Value: 2600}, {Name: "cls", Value: float64(float32(0.04))}, {Name: "ttft", Value: 12}},
		Errors: []beacon.Error{
			{Type: "TypeError", Message: "Cannot read properties of undefined (reading 'total')", Stack: "at pay (app.js)"},
			{Type: "Error", Message: "late", Handled: true},
		},
		Requests: []beacon.Request{{URL: "/cart", Status: 200}, {URL: "/pay", Status: 503}},
		Events:   []beacon.Event{{Name: "checkout_failed"}},
	}
	b.Dims[beacon.Region], b.Dims[beacon.Page], b.Dims[beacon.Device] = "eu-west", "/users/:id/orders", "mobile"
	return b
}

func TestMatch(t *testing.T) {
	b := checkout()
	for text, want := range map[string]bool{
		"":                                     true,
		"region=eu-*":                          true,
		"region=*-west":                        true,
		"region=e*-*st":                        true,
		"region=eu-*x":                         false,
		`region=eu\*`:                          false,
		"region!=eu-*":                         false,
		"REGION=eu-west":                       true,
		"device=tablet,mobile":                 true,
		"device=tablet, mobile region=eu-west": true,
		"device!=tablet,mobile":                false,
		"release=(none)":                       true,
		`release=""`:                           true,
		"release?":                             false,
		"release!=2.4.0":                       true,
		"not release?":                         true,
		"page=/users/:id/*":                    true,
		"page~^/users/":                        true,
		"page!~^/users/":                       false,
		"lcp>2500":                             true,
		"lcp > 2.5s":                           true,
		"lcp<2700ms":                           true,
		"lcp>=2600":                            true,
		"lcp?":                                 true,
		"inp?":                                 false,
		"inp<100":                              false,
		"inp!=100":                             false,
		"not inp<100":                          true,
		"cls=0.04":                             true,
		"cls!=0.04":                            false,
		"metric.ttft<=12":                      true,
		"ttft<=12":                             true,
		"error=yes":                            true,
		"error=no":                             false,
		"error!=yes":                           false,
		"error?":                               true,
		"type=TypeError":                       true,
		"type!=TypeError":                      false,
		"type!=RangeError":                     true,
		"type=*":                               true,
		`message~"reading 'total'"`:            true,
		`message~'\(reading "?.total'`:         true,
		`message~reading\s'total'`:             true,
		`message!~late`:                        false,
		"stack=*(app.js)":                      true,
		"handled=yes":                          true,
		"handled!=yes":                         false,
		"url=/pay status=503":                  true,
		"status>=500":                          true,
		"status<200":                           false,
		"status=5*":                            true,
		"status!=5*":                           false,
		"status?":                              true,
		"event=checkout_*":                     true,
		"event?":                               true,
		"user=abc":                             true,
		"user=0000000000000abc":                true,
		"user!=0000000000000abd":               true,
		"session=(none)":                       true,
		"session?":                             false,
		"fingerprint=f00":                      false,
		"tier=paid":                            true,
		"tag.tier=free,paid":                   true,
		"plan?":                                false,
		"plan!=paid":                           true,
		`tag."odd key"="a, b"`:                 true,
		`tag."odd key"=a`:                      false,
		"region=us-* or device=mobile":         true,
		"region=us-* or device=mobile lcp>3s":  false,
		"(region=us-* or device=mobile) lcp>2s and not status=404": true,
		"not (region=eu-* error=yes)":                              false,
		"NOT region=us-* AND error==yes":                           true,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.Match(b); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMatchNoEntries(t *testing.T) {
	for text, want := range map[string]bool{
		"type=*": false, "type!=TypeError": true, "type?": false, "handled=no": false,
		"status=*": false, "status>=0": false, "url!=/pay": true, "event~.": false, "event!~.": true,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Match(&beacon.Beacon{}); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMatchWith(t *testing.T) {
	e, err := Parse("fingerprint=f00")
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := func(e *beacon.Error) string { return map[string]string{"TypeError": "f00"}[e.Type] }
	if !e.MatchWith(checkout(), fingerprint) {
		t.Error("MatchWith = false for the fingerprint of one of the errors")
	}
	if e.MatchWith(&beacon.Beacon{}, fingerprint) {
		t.Error("MatchWith = true without errors")
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]struct {
		column int
		msg    string
	}{
		"region":                   {7, "expected an operator after region"},
		"region eu-west":           {8, "expected an operator"},
		"region=":                  {8, "expected a value"},
		"region= device=mobile":    {8, "expected a value"},
		"region=eu,":               {11, "expected a value"},
		"regoin=eu-west":           {1, `unknown field "regoin": use region`},
		"error=yes lpc>2500":       {11, `unknown field "lpc": use lcp`},
		"error=maybe":              {7, "expected yes or no"},
		"lcp>fast":                 {5, "expected a number for lcp, such as 2500 or 2.5s"},
		"lcp>0x10":                 {5, "expected a number"},
		"lcp>1e999":                {5, "expected a number"},
		"lcp>NaN":                  {5, "expected a number"},
		"cls>1s":                   {5, "such as 0.1"},
		"lcp~25":                   {4, "lcp does not accept ~"},
		"lcp=1,2":                  {6, "accepts one value"},
		"region>eu":                {7, "region does not accept >"},
		"tag.tier>5":               {9, "tag.tier does not accept >"},
		"user~abc":                 {5, "user does not accept ~"},
		"user=jane@example.com":    {6, "hexadecimal"},
		"message~(":                {9, "expected )"},
		`message~"("`:              {9, "expected a regular expression: missing closing )"},
		`message~"a`:               {9, `expected a closing "`},
		"(error=yes":               {11, "expected ) for the ( in column 1"},
		"error=yes)":               {10, "expected a term or the end"},
		"()":                       {2, "expected a term"},
		"error=yes or":             {13, "expected a term"},
		"error=yes or or":          {16, "expected an operator"},
		"not":                      {4, "expected a term"},
		"tag.=x":                   {1, "expected a name after tag."},
		"-region=eu":               {1, "expected a term"},
		`country?region=eu`:        {9, "expected a blank"},
		`page="/a"b`:               {10, "expected a blank"},
		"größe=1 region":           {15, "expected an operator"},
		"region=\xff":              {1, "UTF-8"},
		strings.Repeat("(", 100):   {33 + 1, "nested more than"},
		strings.Repeat("x", 5000):  {1, "longer than"},
		strings.Repeat("not ", 99): {33*4 + 1, "nested more than"},
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got no error", text)
			continue
		}
		if e.Column != want.column || !strings.Contains(e.Msg, want.msg) {
			t.Errorf("%q: column %d, %q; want %d, %q", text, e.Column, e.Msg, want.column, want.msg)
		}
	}
}

func TestExprString(t *testing.T) {
	for text, want := range map[string]string{
		"  region = eu-west   and error=true ": "region=eu-west error=yes",
		"(a=1 b=2) c=3":                        "a=1 b=2 c=3",
		"(a=1 or b=2) or c=3":                  "a=1 or b=2 or c=3",
		"(a=1 or b=2) c=3":                     "(a=1 or b=2) c=3",
		"a=1 or b=2 c=3":                       "a=1 or b=2 c=3",
		"not (a=1 b=2)":                        "not (a=1 b=2)",
		"not (a=1)":                            "not a=1",
		`page="/a b"`:                          `page="/a b"`,
		`page='"'`:                             `page="\""`,
		`page="plain"`:                         `page=plain`,
		`release=""`:                           `release=(none)`,
		`message~"\d+ \"x\" \\\\"`:             `message~"\d+ \"x\" \\\\"`,
		`message~\d+`:                          `message~\d+`,
		"lcp>2.5s":                             "lcp>2500",
		"ttft>5":                               "metric.ttft>5",
		`tag."tier"=1`:                         "tag.tier=1",
		"or=1 or and?":                         "or=1 or and?",
		"user=ABC":                             "user=0000000000000abc",
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if e.String() != want || e.Text != want {
			t.Errorf("%s: %q and %q, want %q", text, e.String(), e.Text, want)
		}
	}
}

func TestExprAnd(t *testing.T) {
	var e Expr
	and := func(field string, op Op, value, want string) {
		t.Helper()
		term, err := NewTerm(field, op, value)
		if err != nil {
			t.Fatal(err)
		}
		e = e.And(term)
		if e.Text != want {
			t.Fatalf("%q, want %q", e.Text, want)
		}
	}
	and("region", Eq, "eu-west", "region=eu-west")
	and("region", Eq, "eu-west", "region=eu-west")
	before := e
	and("page", Ne, Literal("/a*b (c)"), `region=eu-west page!="/a\*b (c)"`)
	and("release", Eq, "(none)", `region=eu-west page!="/a\*b (c)" release=(none)`)
	and("odd key", Eq, "x", `region=eu-west page!="/a\*b (c)" release=(none) tag."odd key"=x`)
	if before.Text != "region=eu-west" || !before.Match(checkout()) || e.Match(&beacon.Beacon{}) {
		t.Error("And changed its receiver")
	}
	or, err := Parse("device=tv or error=yes")
	if err != nil {
		t.Fatal(err)
	}
	term, err := NewTerm("lcp", Gt, "2.5s")
	if err != nil {
		t.Fatal(err)
	}
	if got := or.And(term).Text; got != "(device=tv or error=yes) lcp>2500" {
		t.Error(got)
	}
}

func TestNewTermErrors(t *testing.T) {
	for _, c := range []struct {
		field string
		op    Op
		value string
	}{{"", Eq, "x"}, {"regoin", Eq, "x"}, {"lcp", Gt, "x"}, {"lcp", Match, "1"}, {"message", Match, "("}, {"region", Has + 1, ""}} {
		if term, err := NewTerm(c.field, c.op, c.value); err == nil {
			t.Errorf("%v: %v", c, term)
		}
	}
}

func TestExprValidate(t *testing.T) {
	e, err := Parse("error=yes teir=paid")
	if err != nil {
		t.Fatal(err)
	}
	err = e.Validate([]string{"flag", "tier"})
	const want = `filter, column 11: unknown field "teir": use tier (fields: region release`
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "; tags seen: flag tier)") {
		t.Error(err)
	}
	if err := e.Validate([]string{"teir"}); err != nil {
		t.Error(err)
	}
	explicit, err := Parse("not (tag.teir=paid or lcp>1)")
	if err != nil {
		t.Fatal(err)
	}
	if err := explicit.Validate(nil); err != nil {
		t.Error(err)
	}
}

func TestFieldsResolve(t *testing.T) {
	for _, name := range Fields() {
		term, msg := termFor(name)
		if msg != "" || term.Kind == KindTag || term.Field != name {
			t.Errorf("%s: %v %s", name, term, msg)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"region=eu-* release!=2.4.0 device=mobile,tablet lcp>2500 (error=yes or status>=500)",
		`message~"reading 'total'" tag."odd key"="a\\*, b" not country?`, `release=(none) page='"' or=1 or and? cls<=1e-7`,
		`tag."\"\\"=x`, "a==\"=b\"", "İ=1 metrİc.x>1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var fe *Error
			if !errors.As(err, &fe) || fe.Column < 1 || fe.Msg == "" {
				t.Fatalf("%q: error %#v", text, err)
			}
			return
		}
		e.Match(&beacon.Beacon{})
		e.Match(checkout())
		again, err := Parse(e.Text)
		if err != nil {
			if strings.Contains(err.Error(), "longer than") || strings.Contains(err.Error(), "nested") {
				return // quotes made it longer
			}
			t.Fatalf("%q: canonical %q: %v", text, e.Text, err)
		}
		walk(e.Root, func(t *Term) { t.Column = 0 })
		walk(again.Root, func(t *Term) { t.Column = 0 })
		if again.Text != e.Text || !reflect.DeepEqual(e.Root, again.Root) {
			t.Fatalf("%q: %q, again %q", text, e.Text, again.Text)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	e, err := Parse(`region=eu-* release!=2.4.0 device=mobile,tablet lcp>2500 (error=yes or status>=500)`)
	if err != nil {
		b.Fatal(err)
	}
	c := checkout()
	b.ReportAllocs()
	for b.Loop() {
		if !e.Match(c) {
			b.Fatal("Match = false, want true")
		}
	}
}
