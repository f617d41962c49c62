package hush_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/ui/hush"
)

const self = "github.com/rumtop/rumtop/internal/ui/hush"

func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// The specification initialises, of the packages that are ready, the one whose
// path sorts first. So hush precedes bubbletea as long as there is a package that
// bubbletea needs, that needs all that hush needs, and that sorts after hush.
func TestComesBeforeBubbletea(t *testing.T) {
	const between = "os/exec"
	if self >= between {
		t.Fatalf("%s sorts after %s", self, between)
	}
	if !slices.Contains(deps(t, "github.com/charmbracelet/bubbletea"), between) {
		t.Errorf("bubbletea no longer needs %s: find another package to go before", between)
	}
	needed := deps(t, between)
	for _, d := range deps(t, self) {
		if d != self && !slices.Contains(needed, d) {
			t.Errorf("hush needs %s, which %s does not: nothing says that hush comes first", d, between)
		}
	}
}

func TestLiftRestores(t *testing.T) {
	t.Setenv("CI", os.Getenv("CI")) // puts back whatever this test does
	if os.Getenv("CI") == "" {
		t.Fatal("the variable is not set before Lift")
	}
	if !hush.Lift() {
		t.Fatal("Lift failed")
	}
	first, set := os.LookupEnv("CI")
	if !hush.Lift() {
		t.Fatal("second Lift failed")
	}
	if again, setAgain := os.LookupEnv("CI"); again != first || setAgain != set {
		t.Errorf("second Lift changed %q, %v to %q, %v", first, set, again, setAgain)
	}
}
