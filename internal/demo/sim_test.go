package demo

import (
	"bytes"
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

// record writes down everything of the requests in [from, to), counted from the script's zero.
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

func TestSameSeedSameBytes(t *testing.T) {
	one := record(t, newSim(t, Config{Seed: 7}), -time.Minute, time.Minute)
	two := record(t, newSim(t, Config{Seed: 7}), -time.Minute, time.Minute)
	if !bytes.Equal(one, two) {
		t.Error("the same seed made different traffic")
	}
	if other := record(t, newSim(t, Config{Seed: 8}), -time.Minute, time.Minute); bytes.Equal(one, other) {
		t.Error("another seed made the same traffic")
	}
}

func TestSpansConcatenate(t *testing.T) {
	s := newSim(t, Config{Seed: 7})
	from, to := -5*time.Minute, 5*time.Minute
	whole := record(t, s, from, to)
	cuts := []time.Duration{from, -4*time.Minute - 1, -time.Minute, -time.Millisecond, 0, 1, 1500*time.Millisecond + 1, 4 * time.Minute, to}
	var pieces []byte
	for i := range cuts[1:] {
		pieces = append(pieces, record(t, s, cuts[i], cuts[i+1])...)
	}
	if !bytes.Equal(whole, pieces) {
		t.Errorf("the pieces are %d bytes, the whole is %d and differs", len(pieces), len(whole))
	}
}
