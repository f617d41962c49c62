package demo

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

// DefaultRate is how many beacons a second the shop sends unless told otherwise.
const DefaultRate = 60

// maxRate bounds the rate, and with it the memory that users take.
const maxRate = 20_000

// beaconsPerSession is the mean on a healthy day. It follows from the shop's
// probabilities; a test holds it to them.
const beaconsPerSession = 8.0

// Config says which traffic to make. Equal values make equal traffic.
type Config struct {
	Seed     uint64
	Scenario string    // one of [Scenarios]; "" is the first
	Rate     float64   // beacons a second on a healthy day, up to 20,000; 0 is [DefaultRate]
	Start    time.Time // the script's zero, when somebody begins to watch: its incident began four minutes before
}

// Sim makes the traffic of a shop. Its methods may be called at the same time.
type Sim struct {
	seed     uint64
	script   script
	start    time.Time
	arrivals float64 // sessions a chunk
	users    []user
	counts   counts
}

// A Request is one POST to /v1/beacons.
type Request struct {
	At      time.Time
	Header  http.Header // shared with other requests: read it, never change it
	Body    []byte
	Beacons int // in Body
}

// New draws the users of the shop. It fails if the scenario is unknown, the
// rate out of range or the start missing.
func New(c Config) (*Sim, error) {
	run, err := scriptByName(c.Scenario)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if c.Rate == 0 {
		c.Rate = DefaultRate
	}
	if !(c.Rate > 0 && c.Rate <= maxRate) {
		return nil, fmt.Errorf("demo: rate %v: take a number of beacons a second above 0 and up to %d", c.Rate, maxRate)
	}
	if c.Start.IsZero() {
		return nil, fmt.Errorf("demo: no start: take the moment at which watching begins")
	}
	users := max(500, int(math.Ceil(usersPerRate*c.Rate)))
	return &Sim{
		seed:     mix(c.Seed, 0),
		script:   run,
		start:    c.Start.Truncate(time.Millisecond),
		arrivals: c.Rate / beaconsPerSession * float64(chunk) / 1000,
		users:    newUsers(mix(c.Seed, 1), users),
	}, nil
}

// usersPerRate is how many users the shop has for every beacon a second.
const usersPerRate = 50

// Generate emits the requests of [from, to) in order of time. It stops at the
// first error of emit and returns it. Requests of adjoining spans are those of
// the whole. A call first replays the six minutes before from, at a cost of
// some microseconds a request, so prefer few long spans to many short ones.
func (s *Sim) Generate(from, to time.Time, emit func(Request) error) error {
	c := s.cursorAt(s.offset(from))
	limit := s.offset(to)
	for {
		r, ok := c.next(limit)
		if !ok {
			return nil
		}
		if err := emit(r); err != nil {
			return err
		}
	}
}

// offset is the number of the first millisecond at or after t.
func (s *Sim) offset(t time.Time) int64 {
	d := t.Sub(s.start)
	ms := d / time.Millisecond
	if d > ms*time.Millisecond {
		ms++
	}
	return int64(ms)
}
