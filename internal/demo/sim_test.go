package demo

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

var zero = time.UnixMilli(1763647652123)

func newSim(t testing.TB, c Config) *Sim {
	t.Helper()
	if c.Start.IsZero() {
		c.Start = zero
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// record serialises the requests of [from, to), in time since the scenario's zero.
func record(t testing.TB, s *Sim, from, to time.Duration) []byte {
	t.Helper()
	var b bytes.Buffer
	err := s.Generate(s.start.Add(from), s.start.Add(to), func(r Request) error {
		b.WriteString(r.At.Format(time.RFC3339Nano))
		if err := r.Header.Write(&b); err != nil {
			return err
		}
		b.Write(r.Body)
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGenerateDeterministic(t *testing.T) {
	t.Parallel()
	one := record(t, newSim(t, Config{Seed: 7}), -time.Minute, time.Minute)
	two := record(t, newSim(t, Config{Seed: 7}), -time.Minute, time.Minute)
	if !bytes.Equal(one, two) {
		t.Error("same seed: different traffic")
	}
	if other := record(t, newSim(t, Config{Seed: 8}), -time.Minute, time.Minute); bytes.Equal(one, other) {
		t.Error("other seed: same traffic")
	}
}

func TestGenerateAdjacentRanges(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{Seed: 7})
	from, to := -5*time.Minute, 5*time.Minute
	whole := record(t, s, from, to)
	cuts := []time.Duration{from, -4*time.Minute - 1, -time.Minute, -time.Millisecond, 0, 1, 1500*time.Millisecond + 1, 4 * time.Minute, to}
	var pieces []byte
	for i := range cuts[1:] {
		pieces = append(pieces, record(t, s, cuts[i], cuts[i+1])...)
	}
	if !bytes.Equal(whole, pieces) {
		t.Errorf("pieces of %d bytes in all differ from the whole of %d", len(pieces), len(whole))
	}
}

func TestGenerateStopsOnError(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{})
	full := errors.New("full")
	calls := 0
	err := s.Generate(s.start, s.start.Add(time.Minute), func(Request) error {
		if calls++; calls == 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || calls != 3 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func TestGenerateNothing(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{})
	for _, span := range [][2]time.Duration{{0, 0}, {time.Minute, 0}, {1, 2}} {
		if got := record(t, s, span[0], span[1]); len(got) > 0 {
			t.Errorf("in [%v, %v): %s", span[0], span[1], got)
		}
	}
}

func TestNewErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{Start: zero, Scenario: "flood"}, []string{`"flood"`, "incident", "quiet"}},
		{Config{Start: zero, Rate: -1}, []string{"rate -1", "above 0"}},
		{Config{Start: zero, Rate: math.NaN()}, []string{"rate NaN"}},
		{Config{Start: zero, Rate: math.Inf(1)}, []string{"rate +Inf"}},
		{Config{}, []string{"start"}},
	} {
		_, err := New(c.config)
		if err == nil {
			t.Errorf("New(%+v) succeeded, want an error", c.config)
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("New(%+v): %q does not contain %q", c.config, err, word)
			}
		}
	}
}
