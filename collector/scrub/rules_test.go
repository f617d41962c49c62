package scrub

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// without gives a table without its entry at i.
func without[T any](table []T, i int) []T { return slices.Delete(slices.Clone(table), i, i+1) }

// misses says whether a fixture fails with these rules.
func misses(t *testing.T, rules []rule, numbers []numberRule) bool {
	t.Helper()
	s := newScrubber(t)
	s.textRules, s.segmentRules = newRuleSet(rules, numbers, false), newRuleSet(rules, numbers, true)
	return slices.ContainsFunc(fixtures(t), func(f fixture) bool {
		r, err := s.Explain(f.Kind, f.In)
		return err != nil || r.Text != f.want()
	})
}

// Each rule must have a fixture that fails without it.
func TestRulesEachHasFixture(t *testing.T) {
	for i, r := range rules {
		if !misses(t, without(rules, i), numberRules) {
			t.Errorf("no fixture needs the rule %q", r.name)
		}
	}
	for i, r := range numberRules {
		if !misses(t, rules, without(numberRules, i)) {
			t.Errorf("no fixture needs the number rule %q", r.name)
		}
	}
}

func TestSegmentRulesEachHasFixture(t *testing.T) {
	all := segmentRules
	defer func() { segmentRules = all }()
	for i, r := range all {
		segmentRules = without(all, i)
		if !misses(t, rules, numberRules) {
			t.Errorf("no fixture needs the segment rule %q", r.name)
		}
	}
}

// Each name of a label must lead to it, so it is spelt as names are split, and is in
// one table alone.
func TestLabelNamesFound(t *testing.T) {
	for i, l := range labels {
		for _, n := range strings.Fields(l.names + " " + l.anywhere) {
			if labelOf(n) != l {
				t.Errorf("label %d: its name %q has another label", i, n)
			}
		}
		for last, before := range l.qualified {
			for _, b := range strings.Fields(before) {
				if got := labelOf("my_" + b + "_" + last); got != l {
					t.Errorf("label %d: its name my_%s_%s has another label", i, b, last)
				}
			}
		}
		for _, n := range l.foreign {
			if foreignLabel(n) != l {
				t.Errorf("label %d: its name %q has another label", i, n)
			}
		}
	}
}

func TestProviderKeysEachFound(t *testing.T) {
	s := newScrubber(t)
	for _, k := range providerKeys {
		for _, p := range strings.Fields(k.prefixes) {
			key := p + strings.Repeat("A1", (k.min+1)/2)
			if got := s.Text("key "+key+" end", 0); got != "key [key] end" {
				t.Errorf("%s: %q becomes %q", k.provider, key, got)
			}
		}
	}
}

func TestCardIssuersEachFound(t *testing.T) {
	for _, r := range cardIssuers {
		for _, n := range r.lengths {
			for _, first := range []int{r.least, r.most} {
				number := strconv.Itoa(first) + strings.Repeat("0", n)
				for c := byte('0'); ; c++ {
					number = number[:n-1] + string(c)
					var sum luhn
					sum.write(number)
					if sum.isValid() {
						break
					}
				}
				if got := newScrubber(t).Text("card "+number, 0); got != "card [card]" {
					t.Errorf("%s: %s becomes %q", r.scheme, number, got)
				}
			}
		}
	}
}

// Each placeholder must be in the document for data-protection officers.
func TestRuleKindsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	for k := range Hex {
		if !strings.Contains(string(doc), "`["+k.String()+"]`") {
			t.Errorf("docs/privacy.md does not explain [%s]", k)
		}
	}
}
