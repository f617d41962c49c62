package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/stream"
)

// twoSites connects lazily to a server that two sites report to.
func twoSites(t *testing.T) *stream.Conn {
	t.Helper()
	server, err := stream.StartEmbedded(stream.EmbeddedOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	options := stream.ConnectOptions{Servers: server.ClientURL()}
	conn, err := stream.Connect(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := stream.EnsureStream(t.Context(), conn, stream.Limits{}); err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"shop", "docs"} {
		if _, err := conn.Request(beacon.Subject(site, "eu-west", 0), []byte("x"), 5*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	lazy, err := stream.ConnectLazily(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lazy.Close)
	return lazy
}

func TestChooseSite(t *testing.T) {
	conn := twoSites(t)
	if err := conn.Await(t.Context()); err != nil { // however loaded the machine is
		t.Fatal(err)
	}
	for _, c := range []struct{ typed, want string }{{"2\n", "shop"}, {"nope\n3\ndocs\n", "docs"}} {
		var out bytes.Buffer
		p := &program{stdin: strings.NewReader(c.typed), stdout: &out}
		if got, err := p.chooseSite(t.Context(), conn); got != c.want || err != nil {
			t.Errorf("%q chooses %q (%v), want %q", c.typed, got, err, c.want)
		}
		if !strings.Contains(out.String(), "  1  docs\n  2  shop\n") {
			t.Errorf("the list is %q", out.String())
		}
	}
	var several feed.SeveralSites
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard}
	if _, err := p.chooseSite(t.Context(), conn); !errors.As(err, &several) {
		t.Errorf("without an answer: %v", err)
	}
}

// A signal ends the question without an answer.
func TestChooseSiteInterrupted(t *testing.T) {
	conn := twoSites(t)
	in, keyboard := io.Pipe()
	defer func() { _ = keyboard.Close() }()
	asked, screen := io.Pipe()
	ctx, signal := context.WithCancel(t.Context())
	done := make(chan error, 1)
	if err := conn.Await(ctx); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := (&program{stdin: in, stdout: screen}).chooseSite(ctx, conn)
		done <- err
		_ = screen.Close()
	}()
	// Once it has asked.
	for text, buf := "", make([]byte, 100); !strings.HasSuffix(text, "which site? "); {
		n, err := asked.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		text += string(buf[:n])
	}
	signal()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
