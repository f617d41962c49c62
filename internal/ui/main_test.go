package ui

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// screenVariable has the test binary be the screen, for tests that need one in a
// real terminal: "incident", "breach" or "quiet".
const screenVariable = "RUMTOP_TEST_SCREEN"

// ignoreHangup makes the screen ignore the signal that a closed terminal sends, as
// under nohup.
const ignoreHangup = "RUMTOP_TEST_NOHUP"

func TestMain(m *testing.M) {
	if what := os.Getenv(screenVariable); what != "" {
		os.Exit(beScreen(what))
	}
	os.Exit(m.Run())
}

func beScreen(what string) int {
	if os.Getenv(ignoreHangup) != "" {
		signal.Ignore(syscall.SIGHUP)
	}
	s := newSimSource(what == "incident")
	s.breach = what == "breach"
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-tick.C:
				s.second()
			case <-ctx.Done():
				return
			}
		}
	}()
	err := Run(ctx, Options{
		Source: s, Query: testQuery(), UTC: true,
		ASCII: os.Getenv("ASCII") != "", Theme: os.Getenv("THEME"),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "rumtop:", err)
		return 1
	}
	return 0
}

func testQuery() frame.Query {
	return frame.Query{Site: "shop", By: "release", Window: 5 * time.Minute}
}
