package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// peers are other viewers, in memory.
type peers struct {
	others    []Viewer
	note      string
	published []frame.Query
}

func (r *peers) Publish(q frame.Query) { r.published = append(r.published, q) }
func (r *peers) Others() []Viewer      { return r.others }
func (r *peers) Note() string          { return r.note }

func withOthers() (*peers, look) {
	r := &peers{others: []Viewer{
		{ID: "1", Name: "ines", Filter: "browser=Safari", By: "page", Window: 15 * time.Minute},
		{ID: "2", Name: "tom\x1b[2J\u202e", Filter: "\x1b]0;x\x07 (", By: "tag.\x1b[5mx", Window: -5, At: noon.Add(-10 * time.Minute)},
	}}
	as := noColor
	as.options.Presence = r
	return r, as
}

func TestViewersListed(t *testing.T) {
	r, as := withOthers()
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 36}} {
		m := press(screen(t, as, size[0], size[1], incident()), "W")
		checkScreen(t, m, size[0], size[1])
		if size[0] == 120 {
			compare(t, filepath.Join("testdata", "watchers-120x36.golden"), m.View()+"\n")
		}
	}
	m := screen(t, as, 120, 36, incident())
	if len(r.published) == 0 || r.published[len(r.published)-1].By != "release" || !strings.Contains(m.View(), "+2 viewers") {
		t.Errorf("published %+v", r.published)
	}
	m = press(m, "b", "down", "down", "enter")
	if last := r.published[len(r.published)-1]; last.By != m.query.By {
		t.Errorf("published %q of %q", last.By, m.query.By)
	}
	r.note = "this user may not publish to rumtop.v1.shop.viewers"
	for _, page := range []string{"W", "T"} {
		if m := press(m, page); !strings.Contains(m.View(), r.note) {
			t.Errorf("%s: %s", page, m.View())
		}
	}
	r.others, r.note = nil, ""
	if m := press(send(m, frameMsg{incident()}), "W", "enter"); !strings.Contains(m.View(), "no viewer to follow") || m.presence.following != "" {
		t.Error(m.View())
	}
	if m := press(screen(t, noColor, 80, 24, incident()), "W"); !strings.Contains(m.View(), "presence is off") {
		t.Error(m.View())
	}
}

func TestFollowAdoptsQuery(t *testing.T) {
	r, as := withOthers()
	m := press(screen(t, as, 120, 36, incident()), "W", "enter")
	if q := asked(m); q.Filter.Text != "browser=Safari" || q.By != "page" || q.Window != 15*time.Minute || m.pane != nil {
		t.Errorf("%+v", q)
	}
	m = send(m, frameMsg{incident()})
	if !strings.Contains(m.View(), "following ines") {
		t.Error(m.View())
	}
	// The other viewer moves on, and looks back.
	r.others[0].By, r.others[0].At = "device", noon.Add(-3*time.Minute)
	m = send(m, frameMsg{incident()})
	if q := asked(m); q.By != "device" || !q.At.Equal(noon.Add(-3*time.Minute)) || !m.paused {
		t.Errorf("%+v", q)
	}
	r.others[0].At = time.Time{}
	if m = send(m, frameMsg{incident()}); m.paused || !asked(m).At.IsZero() {
		t.Errorf("%+v", asked(m))
	}
	// Keys that only move the cursor keep following; a new query ends it.
	if m = press(m, "down", "T", "esc"); m.presence.following != "1" {
		t.Error("moving the cursor ended following")
	}
	m = press(m, "]")
	r.others[0].By = "os"
	m = send(m, frameMsg{incident()})
	if q := asked(m); m.presence.following != "" || q.By != "device" {
		t.Errorf("still following: %+v", q)
	}
	// An invalid query is not adopted, and a viewer that leaves is not followed.
	m = press(m, "W", "down", "enter")
	if q := asked(m); q.Filter.Text != "browser=Safari" || q.Window < time.Second || m.presence.following != "2" {
		t.Errorf("%+v", q)
	}
	checkScreen(t, send(m, frameMsg{incident()}), 120, 36)
	r.others = nil
	if m = send(m, frameMsg{incident()}); m.presence.following != "" || !strings.Contains(m.View(), "tom\ufffd[2J left") {
		t.Error(m.View())
	}
}
