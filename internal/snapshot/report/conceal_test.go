package report

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// ranges is what a reader who knows the total, the rows that are told and the rule
// can reckon of each small cohort: all sizes that fit.
func ranges(sizes []int, s []standing, minCohort int) (least, most map[int]int) {
	missing, smalls, keeps := 0, 0, 0
	for i, n := range sizes {
		switch s[i] {
		case small:
			smalls++
		case kept:
			keeps++
		default:
			continue
		}
		missing += n
	}
	least, most = map[int]int{}, map[int]int{}
	for i := range sizes {
		if s[i] != small {
			continue
		}
		for size := 1; size < minCohort; size++ {
			rest := missing - size
			lo, hi := smalls-1+keeps*minCohort, (smalls-1)*(minCohort-1)
			if keeps > 0 {
				hi = rest
			}
			if rest < lo || rest > hi {
				continue
			}
			if _, ok := least[i]; !ok {
				least[i] = size
			}
			most[i] = size
		}
	}
	return least, most
}

// Nothing can be reckoned of a small cohort but that it is small, whatever the table.
func TestConcealedCannotBeReckoned(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	concealed := 0
	for range 20_000 {
		minCohort := 2 + r.IntN(9)
		sizes := make([]int, 1+r.IntN(8))
		for i := range sizes {
			switch r.IntN(3) {
			case 0:
				sizes[i] = r.IntN(minCohort)
			case 1:
				sizes[i] = r.IntN(3 * minCohort)
			default:
				sizes[i] = r.IntN(1000)
			}
		}
		s := conceal(sizes, r.IntN(len(sizes)+1), minCohort)
		least, most := ranges(sizes, s, minCohort)
		for i, n := range sizes {
			if n > 0 && n < minCohort && s[i] == shown {
				t.Fatalf("%v of %d: %d is told", sizes, minCohort, n)
			}
			if s[i] == small {
				concealed++
				if least[i] != 1 || most[i] != minCohort-1 {
					t.Fatalf("%v of %d as %v: row %d is from %d to %d", sizes, minCohort, s, i, least[i], most[i])
				}
			}
		}
	}
	if concealed < 1000 {
		t.Errorf("%d cohorts were concealed: the tables say little", concealed)
	}
}

func TestConceal(t *testing.T) {
	for _, c := range []struct {
		sizes  []int
		unseen int
		want   []standing
	}{
		{[]int{500, 40, 30}, 0, []standing{shown, shown, shown}},
		{[]int{500, 40, 3}, 0, []standing{shown, kept, small}},
		{[]int{500, 6, 3}, 0, []standing{shown, kept, small}}, // of 9 in all, 5 or more leave 1 to 4
		{[]int{500, 5, 1}, 0, []standing{kept, kept, small}},  // of 6, they would leave 1
		{[]int{500, 40, 3, 0}, 0, []standing{shown, kept, small, shown}},
		{[]int{5, 3}, 0, []standing{kept, kept}},
		{[]int{3}, 0, []standing{kept}},
		{[]int{500, 3, 400}, 1, []standing{shown, small, kept}},
	} {
		got := conceal(c.sizes, c.unseen, 5)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v: %v, want %v", c.sizes, got, c.want)
				break
			}
		}
	}
}

// smallNumber is a number of people from 1 to 4 where the document has one.
var smallNumber = regexp.MustCompile(`"(users|affected_users|errors|errored_views)": [1-4](,|\n|})`)

// No report tells of fewer than minCohort people, in any format.
func TestSmallCohortsAreConcealed(t *testing.T) {
	beacons := traffic()
	// Two people in a region of their own.
	for i := range beacons {
		if k := &beacons[i]; k.Session%600 == 7 {
			k.Dims[0] = "antarctica"
		}
	}
	f := record(t, beacons, meta())
	r := build(t, f, Options{})
	text := render(t, "json", r)
	if m := smallNumber.FindString(text); m != "" {
		t.Errorf("the document tells %s", m)
	}
	if !strings.Contains(text, `"<5"`) && !strings.Contains(text, `"\u003c5"`) {
		t.Error("nothing is concealed in the document")
	}
	if r.Privacy.Concealed == 0 {
		t.Error("it does not count what it conceals")
	}
	for _, b := range r.Breakdowns {
		for _, s := range b.Segments {
			for i, row := range s.Rows {
				if row == nil || row.Users.Shown() {
					continue
				}
				for _, f := range []Figure{row.Views, row.Errors, row.ErrorRate, row.LCP.P75, row.Requests} {
					if f.Shown() {
						t.Errorf("%s=%s tells %v of a concealed row, phase %d", b.By, s.Key, f.Value, i)
					}
				}
			}
		}
	}
	for _, p := range r.Chart.Points {
		if p.Affected.State == StateUnder && p.ErrorRate.Shown() {
			t.Errorf("the chart tells the rate of few at %s", p.To)
		}
	}
	all := build(t, f, Options{MinCohort: 1})
	if all.Privacy.Concealed != 0 || !smallNumber.MatchString(render(t, "json", all)) {
		t.Error("with 1 nothing is to be concealed")
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Error(err)
	}
	// Where everyone together are few, nothing is told at all.
	few := build(t, f, Options{MinCohort: 1 << 20})
	for format := range formats {
		out := render(t, format, few)
		if format == "csv" && regexp.MustCompile(`(?m),[0-9]+(,|$)`).MatchString(strings.SplitN(out, "\n", 2)[1]) {
			t.Errorf("a table of withheld rows has numbers: %s", out)
		}
	}
	if few.Affected.Shown() || few.All.Users.Shown() || len(few.Errors) > 0 || len(few.Differs[0].Values) > 0 {
		t.Errorf("few people are told of: %+v", few.All)
	}
}
