package stats

import "testing"

// series has events a step before and after a change, among 100 trials each.
func series(n, change int, before, after float64) []Step {
	steps := make([]Step, n)
	for k := range steps {
		steps[k] = Step{before, 100}
		if k >= change {
			steps[k].Events = after
		}
	}
	return steps
}

func TestChangePoint(t *testing.T) {
	for name, c := range map[string]struct {
		steps        []Step
		before, now  float64
		at, from, to int
	}{
		"rise":    {series(40, 25, 1, 4), .01, .04, 25, 22, 25},
		"no rise": {series(40, 25, 1, 4), .01, .01, 39, 0, 39},
		"empty":   {nil, .01, .01, 0, 0, 0},
	} {
		at, from, to := ChangePoint(c.steps, c.before, c.now)
		if at != c.at || from != c.from || to != c.to {
			t.Errorf("%s: %d in %d..%d, want %d in %d..%d", name, at, from, to, c.at, c.from, c.to)
		}
	}
}

func TestLastAbove(t *testing.T) {
	for name, c := range map[string]struct {
		steps []Step
		want  int
	}{
		"fall":      {series(40, 25, 4, 1), 24},
		"no fall":   {series(40, 25, 4, 4), 39},
		"no excess": {series(40, 25, 1, 1), -1},
	} {
		if got := LastAbove(c.steps, .02); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
