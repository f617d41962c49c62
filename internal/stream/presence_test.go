package stream

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/beacon"
)

// attend keeps company until the test or the returned function ends it.
func attend(t *testing.T, c *Conn, id, name string) (*Presence, func()) {
	t.Helper()
	k := NewPresence(c, id, name)
	ctx, cancel := context.WithCancel(testContext(t))
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx, "shop") }()
	leave := func() { cancel(); <-done }
	t.Cleanup(cancel)
	return k, leave
}

func TestPresenceIsShared(t *testing.T) {
	as := guardedPresence(t)
	ines, _ := attend(t, as("watcher"), "ines-session", "ines")
	tom, leave := attend(t, as("watcher"), "tom-session", "tom")
	look := beacon.Presence{ID: "another's", Name: "another", Filter: "region=eu-*", By: "release", Window: 300_000}
	eventually(t, "ines hears of tom's question", func() bool {
		tom.Update(look)
		o := ines.Others()
		return len(o) == 1 && o[0] == beacon.Presence{ID: "tom-session", Name: "tom", Filter: "region=eu-*", By: "release", Window: 300_000}
	})
	eventually(t, "tom hears of ines", func() bool {
		ines.Update(beacon.Presence{By: "page", Window: 1000})
		return slices.ContainsFunc(tom.Others(), func(p beacon.Presence) bool { return p.Name == "ines" && p.By == "page" })
	})
	if n := ines.Note(); n != "" {
		t.Error(n)
	}
	leave()
	eventually(t, "ines hears that tom left", func() bool { return len(ines.Others()) == 0 })
}

// guardedPresence is a server with a viewer who may be seen, one who may not, and an operator.
func guardedPresence(t *testing.T) func(user string) *Conn {
	t.Helper()
	srv := serve(t, &server.Options{Users: []*server.User{
		user("operator", nil, nil),
		user("viewer", viewerPublish, viewerSubscribe),
		user("watcher", append(slices.Clone(viewerPublish), presenceSubjects...), append(slices.Clone(viewerSubscribe), presenceSubjects...)),
	}})
	return func(name string) *Conn {
		t.Helper()
		return dial(t, strings.Replace(srv.ClientURL(), "nats://", "nats://"+name+":secret@", 1))
	}
}

// presenceSubjects are what docs/nats.md adds for those who may see one another.
var presenceSubjects = []string{"rumtop.v1.*.viewers"}

// Without the permission nobody is told, it says why, and nothing looks wrong.
func TestPresenceIsNotPermitted(t *testing.T) {
	as := guardedPresence(t)
	c := as("viewer")
	k, _ := attend(t, c, "quiet-session", "quiet")
	eventually(t, "it notices", func() bool {
		return strings.Contains(k.Note(), "neither publish nor subscribe to rumtop.v1.shop.viewers")
	})
	if s := c.State(); s.Violations != 0 {
		t.Errorf("%+v", s)
	}
	forbids(t, as("watcher"), "rumtop.v1.shop.other", beacon.AnnotationSubject("shop"))
}

func TestCompanyIsBounded(t *testing.T) {
	as := guardedPresence(t)
	k := NewPresence(as("operator"), "my-session", "me")
	start := time.Now()
	for i := range 2 * MaxViewers {
		k.receive(fmt.Appendf(nil, `{"id":"session-%d","name":"x"}`, i), start)
	}
	k.receive([]byte(`{"id":"my-session","name":"me"}`), start)
	k.receive([]byte(`{"id":"session-1","name":"renamed","unknown":1}`), start)
	if n := len(k.Others()); n != MaxViewers {
		t.Errorf("%d are remembered", n)
	}
	k.receive([]byte(`{"id":"session-0","name":"y"}`), start.Add(presenceTimeout))
	k.receive([]byte(`{"id":"session-1","name":"x","gone":true}`), start)
	if n := len(k.Others()); n != MaxViewers-1 {
		t.Errorf("%d are left", n)
	}
	k.expire(start.Add(presenceTimeout + 1))
	if o := k.Others(); len(o) != 1 || o[0].Name != "y" {
		t.Errorf("%+v", o)
	}
	if err := k.Run(context.Background(), "no site"); err == nil {
		t.Error("a subject was made of anything")
	}
}
