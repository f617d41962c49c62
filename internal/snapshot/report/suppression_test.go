package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ranges is the least and the most that each small cohort can be, for a reader
// with the total, the shown rows and the rule.
func ranges(sizes []int, s []suppression, minCohort int) (least, most map[int]int) {
	missing, smalls, others := 0, 0, 0
	for i, n := range sizes {
		switch s[i] {
		case primary:
			smalls++
		case secondary:
			others++
		default:
			continue
		}
		missing += n
	}
	least, most = map[int]int{}, map[int]int{}
	for i := range sizes {
		if s[i] != primary {
			continue
		}
		for size := 1; size < minCohort; size++ {
			rest := missing - size
			lo, hi := smalls-1+others*minCohort, (smalls-1)*(minCohort-1)
			if others > 0 {
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

// No table reveals more about a small cohort than that it is small.
func TestSuppressedSizesStayOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	hidden := 0
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
		s := suppress(sizes, r.IntN(len(sizes)+1), minCohort)
		least, most := ranges(sizes, s, minCohort)
		for i, n := range sizes {
			if n > 0 && n < minCohort && s[i] == shown {
				t.Fatalf("%v, minimum %d: shows %d", sizes, minCohort, n)
			}
			if s[i] == primary {
				hidden++
				if least[i] != 1 || most[i] != minCohort-1 {
					t.Fatalf("%v, minimum %d, as %v: row %d is from %d to %d", sizes, minCohort, s, i, least[i], most[i])
				}
			}
		}
	}
	if hidden < 1000 {
		t.Errorf("%d hidden cohorts, want 1000 or more", hidden)
	}
}

func TestSuppress(t *testing.T) {
	for _, c := range []struct {
		sizes  []int
		unseen int
		want   []suppression
	}{
		{[]int{500, 40, 30}, 0, []suppression{shown, shown, shown}},
		{[]int{500, 40, 3}, 0, []suppression{shown, secondary, primary}},
		{[]int{500, 6, 3}, 0, []suppression{shown, secondary, primary}},     // 9 in all: 5 or more leave 1 to 4
		{[]int{500, 5, 1}, 0, []suppression{secondary, secondary, primary}}, // 6 in all would leave 1
		{[]int{500, 40, 3, 0}, 0, []suppression{shown, secondary, primary, shown}},
		{[]int{5, 3}, 0, []suppression{secondary, secondary}},
		{[]int{3}, 0, []suppression{secondary}},
		{[]int{500, 3, 400}, 1, []suppression{shown, primary, secondary}},
	} {
		got := suppress(c.sizes, c.unseen, 5)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v: %v, want %v", c.sizes, got, c.want)
				break
			}
		}
	}
}

// smallNumber is a number of users from 1 to 4 in the JSON.
var smallNumber = regexp.MustCompile(`"(users|affected_users|errors|errored_views)": [1-4](,|\n|})`)

// smallCohort is traffic with two users in a region of their own.
func smallCohort() []beacon.Beacon {
	beacons := traffic()
	for i := range beacons {
		if b := &beacons[i]; b.Session%600 == 7 {
			b.Dims[beacon.Region] = "antarctica"
		}
	}
	return beacons
}

// A report shows no cohort of fewer than minCohort users, in any format.
func TestSmallCohortsHidden(t *testing.T) {
	f := writeSnapshot(t, smallCohort(), meta())
	r := build(t, f, Options{})
	text := render(t, "json", r)
	if m := smallNumber.FindString(text); m != "" {
		t.Errorf("JSON has %s", m)
	}
	if !strings.Contains(text, `"<5"`) && !strings.Contains(text, `"\u003c5"`) {
		t.Error("JSON hides nothing")
	}
	if r.Privacy.Concealed == 0 {
		t.Error("counts no hidden values")
	}
	for _, b := range r.Breakdowns {
		for _, s := range b.Segments {
			for i, row := range s.Rows {
				if row != nil && !row.Users.Shown() {
					checkHidden(t, fmt.Sprintf("%s=%s, phase %d", b.By, s.Key, i), row)
				}
			}
		}
	}
	for _, p := range r.Chart.Points {
		if p.Figures[affectedLine].State == StateUnder && p.Figures[errorRateLine].Shown() {
			t.Errorf("chart shows the error rate of few users at %s", p.To)
		}
	}
	all := build(t, f, Options{MinCohort: 1})
	if all.Privacy.Concealed != 0 || !smallNumber.MatchString(render(t, "json", all)) {
		t.Errorf("minimum 1: %d values are hidden, want 0", all.Privacy.Concealed)
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Error(err)
	}
}

// checkHidden fails if a hidden row shows a value.
func checkHidden(t *testing.T, what string, row *Row) {
	t.Helper()
	for _, f := range []Figure{row.Views, row.Errors, row.ErrorRate, row.LCP.P75, row.Requests} {
		if f.Shown() {
			t.Errorf("%s: hidden row shows %v", what, f.Value)
		}
	}
}

// A report on fewer users than minCohort in all shows no numbers.
func TestSmallTotalHidesAll(t *testing.T) {
	few := build(t, writeSnapshot(t, smallCohort(), meta()), Options{MinCohort: 1 << 20})
	for format := range formats {
		out := render(t, format, few)
		if format == "csv" && regexp.MustCompile(`(?m),[0-9]+(,|$)`).MatchString(strings.SplitN(out, "\n", 2)[1]) {
			t.Errorf("table of withheld rows has numbers: %s", out)
		}
	}
	if few.Affected.Shown() || few.All.Users.Shown() || len(few.Errors) > 0 || len(few.Differs[0].Values) > 0 {
		t.Errorf("shows values of few users: %+v", few.All)
	}
}
