// Package testwait waits, in tests, for something that another goroutine or
// process does.
package testwait

import (
	"testing"
	"time"
)

// Patience is how long Until waits before it fails the test. A test that
// passes uses little of it; it is long because test machines are busy.
const Patience = 30 * time.Second

// poll is the pause between two looks. No test depends on its length.
const poll = 5 * time.Millisecond

// Until returns as soon as holds does, and fails the test if that takes longer
// than [Patience]. what says what the test waits for: "the queue is empty".
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(poll) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", Patience, what)
		}
	}
}
