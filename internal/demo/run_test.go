package demo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// posted collects the requests of Run. Its methods are safe for concurrent use.
type posted struct {
	mu       sync.Mutex
	requests []Request
	late     time.Duration // largest delay of a request
}

func (p *posted) post(_ context.Context, r Request) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, r)
	p.late = max(p.late, time.Since(r.At))
	return nil
}

func (p *posted) beacons() (n uint64) {
	for _, r := range p.requests {
		n += uint64(r.Beacons)
	}
	return n
}

func TestRunPostsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, Config{Seed: 4, Start: time.Now()})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var got posted
		if err := s.Run(ctx, time.Now, got.post); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		want := 0
		if err := s.Generate(s.start, s.start.Add(30*time.Second), func(r Request) error {
			want++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n := len(got.requests); n < want-connections || n > want {
			t.Errorf("posted %d requests, Generate emits %d", n, want)
		}
		if got.late > 10*time.Millisecond {
			t.Errorf("a request was %v late", got.late)
		}
		if stats := s.Stats(); stats.Sent != got.beacons() || stats.Failed != 0 {
			t.Errorf("stats %+v, but posted %d beacons", stats, got.beacons())
		}
	})
}

func TestRunSlowCollectorDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, Config{Seed: 4, Start: time.Now()})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var mu sync.Mutex
		open, most := 0, 0
		err := s.Run(ctx, time.Now, func(ctx context.Context, _ Request) error {
			mu.Lock()
			open++
			most = max(most, open)
			mu.Unlock()
			defer func() {
				mu.Lock()
				open--
				mu.Unlock()
			}()
			return sleep(ctx, time.Second)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		// Four connections, a second each: about 120 requests in 30 seconds.
		if stats := s.Stats(); stats.Sent < 90 || stats.Sent > 200 || stats.Dropped < 1000 {
			t.Errorf("%+v", stats)
		}
		if most > connections {
			t.Errorf("%d concurrent requests", most)
		}
	})
}

func TestRunCountsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, Config{Seed: 4, Start: time.Now()})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := s.Run(ctx, time.Now, func(context.Context, Request) error { return errors.New("no") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if stats := s.Stats(); stats.Failed < 200 || stats.Sent != 0 {
			t.Errorf("%+v", stats)
		}
	})
}

// After a suspend the missed traffic is dropped.
func TestRunClockJumpDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, Config{Seed: 4, Start: time.Now()})
		wakes := time.Now().Add(5 * time.Second)
		now := func() time.Time {
			t := time.Now()
			if t.After(wakes) {
				t = t.Add(10 * time.Minute)
			}
			return t
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var got posted
		if err := s.Run(ctx, now, got.post); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		stats := s.Stats()
		if asleep := uint64(DefaultRate * 10 * 60); stats.Dropped < asleep*9/10 || stats.Dropped > asleep*11/10 {
			t.Errorf("dropped %d beacons, want about %d", stats.Dropped, asleep)
		}
		if last := got.requests[len(got.requests)-1]; last.At.Before(wakes.Add(10 * time.Minute)) {
			t.Error("nothing posted after the clock jumped")
		}
	})
}

func TestPost(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{Seed: 4})
	var want Request
	stop := errors.New("stop")
	if err := s.Generate(s.start, s.start.Add(time.Minute), func(r Request) error {
		want = r
		return stop
	}); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	status := http.StatusAccepted
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != string(want.Body) {
			t.Errorf("got %q (%v), want %q", body, err, want.Body)
		}
		for name := range want.Header {
			if got := r.Header.Get(name); got != want.Header.Get(name) {
				t.Errorf("%s is %q, want %q", name, got, want.Header.Get(name))
			}
		}
		if r.Method != http.MethodPost || r.URL.RequestURI() != "/v1/beacons?key=k" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	post := Post(server.Client(), server.URL+"/v1/beacons?key=k")
	if err := post(t.Context(), want); err != nil {
		t.Error(err)
	}
	status = http.StatusServiceUnavailable
	if err := post(t.Context(), want); err == nil {
		t.Error("post with response 503 returned no error")
	}
	server.Close()
	if err := post(t.Context(), want); err == nil {
		t.Error("post to a closed server returned no error")
	}
}
