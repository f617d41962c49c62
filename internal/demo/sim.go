package demo

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

// DefaultRate is the default rate of the shop, in beacons a second.
const DefaultRate = 60

// maxRate bounds the rate, and so the memory for users.
const maxRate = 20_000

// beaconsPerSession is the mean of a healthy shop. It follows from the shop's
// probabilities; a test checks it.
const beaconsPerSession = 8.0

// Config selects the traffic. Equal values generate equal traffic.
type Config struct {
	Seed     uint64
	Scenario string    // one of [Scenarios]; "" is the first
	Rate     float64   // beacons a second of a healthy shop, up to 20,000; 0: [DefaultRate]
	Start    time.Time // the scenario's zero: its incident starts four minutes before
}

// Sim generates the traffic of a shop. Its methods are safe for concurrent use.
type Sim struct {
	seed     uint64
	script   script
	start    time.Time
	arrivals float64 // sessions a chunk
	users    []user
	counts   counts
}

// Request is one POST to /v1/beacons.
type Request struct {
	At      time.Time
	Header  http.Header // shared with other requests: never change it
	Body    []byte
	Beacons int // in Body
}

// New draws the users of the shop. It fails if the scenario is unknown, the rate
// out of range or the start missing.
func New(c Config) (*Sim, error) {
	run, err := scriptByName(c.Scenario)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if c.Rate == 0 {
		c.Rate = DefaultRate
	}
	if !(c.Rate > 0 && c.Rate <= maxRate) {
		return nil, fmt.Errorf("demo: rate %v: out of range: use beacons a second above 0 and up to %d", c.Rate, maxRate)
	}
	if c.Start.IsZero() {
		return nil, fmt.Errorf("demo: no start time: set it to the start of watching")
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

// usersPerRate is the number of users per beacon a second.
const usersPerRate = 50

// Generate emits the requests of [from, to) in order of time. It stops at the
// first error of emit and returns it. Adjacent time ranges give the same
// requests as one. A call first replays the six minutes before from, at some
// microseconds a request, so prefer a few long ranges.
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
