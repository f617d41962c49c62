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
	"github.com/rumtop/rumtop/internal/testwait"
)

// attend runs a Presence until the test or the returned function ends it.
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

func TestPresenceShared(t *testing.T) {
	as := guardedPresence(t)
	ines, _ := attend(t, as("watcher"), "ines-session", "ines")
	tom, leave := attend(t, as("watcher"), "tom-session", "tom")
	look := beacon.Presence{ID: "another's", Name: "another", Filter: "region=eu-*", By: "release", Window: 300_000}
	testwait.Until(t, "ines sees tom's query", func() bool {
		tom.Update(look)
		o := ines.Others()
		return len(o) == 1 && o[0] == beacon.Presence{ID: "tom-session", Name: "tom", Filter: "region=eu-*", By: "release", Window: 300_000}
	})
	testwait.Until(t, "tom sees ines", func() bool {
		ines.Update(beacon.Presence{By: "page", Window: 1000})
		return slices.ContainsFunc(tom.Others(), func(p beacon.Presence) bool { return p.Name == "ines" && p.By == "page" })
	})
	if n := ines.Note(); n != "" {
		t.Error(n)
	}
	leave()
	testwait.Until(t, "ines sees that tom left", func() bool { return len(ines.Others()) == 0 })
}

// guardedPresence runs a server with a viewer that may announce itself, one that
// may not, and an operator.
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

// presenceSubjects are the permissions that docs/nats.md adds for presence.
var presenceSubjects = []string{"rumtop.v1.*.viewers"}

// Without the permission a viewer stays unseen, Note says why, and nothing else
// fails.
func TestPresenceDenied(t *testing.T) {
	as := guardedPresence(t)
	c := as("viewer")
	k, _ := attend(t, c, "quiet-session", "quiet")
	testwait.Until(t, "the denial is noted", func() bool {
		return strings.Contains(k.Note(), "neither publish nor subscribe to rumtop.v1.shop.viewers")
	})
	if s := c.State(); s.Violations != 0 {
		t.Errorf("%+v", s)
	}
	forbids(t, as("watcher"), "rumtop.v1.shop.other", beacon.AnnotationSubject("shop"))
}

func TestPresenceBounded(t *testing.T) {
	as := guardedPresence(t)
	k := NewPresence(as("operator"), "my-session", "me")
	start := time.Now()
	for i := range 2 * MaxViewers {
		k.receive(fmt.Appendf(nil, `{"id":"session-%d","name":"x"}`, i), start)
	}
	k.receive([]byte(`{"id":"my-session","name":"me"}`), start)
	k.receive([]byte(`{"id":"session-1","name":"renamed","unknown":1}`), start)
	if n := len(k.Others()); n != MaxViewers {
		t.Errorf("%d viewers, want %d", n, MaxViewers)
	}
	k.receive([]byte(`{"id":"session-0","name":"y"}`), start.Add(presenceTimeout))
	k.receive([]byte(`{"id":"session-1","name":"x","gone":true}`), start)
	if n := len(k.Others()); n != MaxViewers-1 {
		t.Errorf("%d viewers left, want %d", n, MaxViewers-1)
	}
	k.expire(start.Add(presenceTimeout + 1))
	if o := k.Others(); len(o) != 1 || o[0].Name != "y" {
		t.Errorf("%+v", o)
	}
	if err := k.Run(context.Background(), "no site"); err == nil {
		t.Error("Run with an invalid site succeeded")
	}
}
