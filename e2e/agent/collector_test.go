//go:build e2e

package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rumtop/rumtop/collector/agent"
	"github.com/rumtop/rumtop/internal/testwait"
)

// sent is a beacon with exactly the fields that the agent may send.
type sent struct {
	ID          string             `json:"id"`
	SDK         string             `json:"sdk"`
	Time        int64              `json:"time"`
	Release     string             `json:"release"`
	Environment string             `json:"environment"`
	URL         string             `json:"url"`
	Route       string             `json:"route"`
	View        string             `json:"view"`
	Session     string             `json:"session"`
	User        string             `json:"user"`
	Navigation  bool               `json:"navigation"`
	SampleRate  float64            `json:"sample_rate"`
	Sampled     *bool              `json:"sampled"`
	Consent     string             `json:"consent"`
	Device      string             `json:"device"`
	Connection  string             `json:"connection"`
	Tags        map[string]string  `json:"tags"`
	Metrics     map[string]float64 `json:"metrics"`
	Errors      []sentError        `json:"errors"`
	Requests    []sentRequest      `json:"requests"`
	Events      []sentEvent        `json:"events"`
	Trace       string             `json:"trace"`
}

type sentError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Stack   string `json:"stack"`
	Handled bool   `json:"handled"`
	Time    int64  `json:"time"`
}

type sentRequest struct {
	URL      string  `json:"url"`
	Method   string  `json:"method"`
	Status   int     `json:"status"`
	Duration float64 `json:"duration"`
	Trace    string  `json:"trace"`
}

type sentEvent struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"`
}

// post is one request to the collector and its answer.
type post struct {
	path, key, contentType, body string
	status                       int
	beacons                      []sent
}

// recorder is a collector that serves the agent and records its requests.
type recorder struct {
	agent http.Handler

	mu    sync.Mutex
	posts []post
	wrong []string // invalid requests
	// answer returns the status of the nth post, from 0, and may set headers.
	answer func(n int, h http.Header) int
}

func newRecorder() *recorder {
	r := &recorder{agent: agent.Handler(), answer: func(int, http.Header) int { return http.StatusAccepted }}
	return r
}

func (c *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/rum.js") {
		c.agent.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	p := post{path: r.URL.Path, key: r.URL.Query().Get("key"), contentType: r.Header.Get("Content-Type"), body: string(body)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method != http.MethodPost || err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("%s %s (%v)", r.Method, r.URL, err))
	}
	dec := json.NewDecoder(strings.NewReader(p.body))
	dec.DisallowUnknownFields()
	for dec.More() {
		var b sent
		if err := dec.Decode(&b); err != nil {
			c.wrong = append(c.wrong, fmt.Sprintf("beacon: %v in %s", err, p.body))
			break
		}
		p.beacons = append(p.beacons, b)
	}
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
	p.status = c.answer(len(c.posts), w.Header())
	c.posts = append(c.posts, p)
	w.WriteHeader(p.status)
}

// setAnswer sets the answer of later posts.
func (c *recorder) setAnswer(f func(n int, h http.Header) int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = f
}

// wait waits until enough posts have arrived and returns them.
func (c *recorder) wait(t *testing.T, what string, enough func([]post) bool) []post {
	t.Helper()
	var posts []post
	testwait.Until(t, what+" in the posts", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		posts = slices.Clone(c.posts)
		return enough(posts)
	})
	return posts
}

func (c *recorder) dump() string {
	var b strings.Builder
	for _, p := range c.posts {
		fmt.Fprintf(&b, "-> %d\n%s\n", p.status, p.body)
	}
	return b.String()
}

// accepted returns the accepted beacons, a resent one once.
func accepted(posts []post) []sent {
	var out []sent
	seen := map[string]bool{}
	for _, p := range posts {
		for _, b := range p.beacons {
			if p.status < 300 && !seen[b.ID] {
				seen[b.ID] = true
				out = append(out, b)
			}
		}
	}
	return out
}

// beacon waits for a beacon that satisfies a condition and returns the first.
func (c *recorder) beacon(t *testing.T, what string, like func(sent) bool) sent {
	t.Helper()
	var found sent
	c.wait(t, what, func(posts []post) bool {
		for _, b := range accepted(posts) {
			if like(b) {
				found = b
				return true
			}
		}
		return false
	})
	return found
}

// all returns the accepted beacons so far.
func (c *recorder) all() []sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return accepted(c.posts)
}

// Conditions for beacon.
func navigation(b sent) bool { return b.Navigation }

func metric(name string) func(sent) bool {
	return func(b sent) bool { _, ok := b.Metrics[name]; return ok }
}

func event(name string) func(sent) bool {
	return func(b sent) bool {
		for _, e := range b.Events {
			if e.Name == name {
				return true
			}
		}
		return false
	}
}

func failure(typ string) func(sent) bool {
	return func(b sent) bool { _, ok := b.failure(typ); return ok }
}

func (b sent) failure(typ string) (sentError, bool) {
	for _, e := range b.Errors {
		if e.Type == typ {
			return e, true
		}
	}
	return sentError{}, false
}
