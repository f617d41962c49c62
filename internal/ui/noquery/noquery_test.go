package noquery_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/ui/noquery"
)

const self = "github.com/rumtop/rumtop/internal/ui/noquery"

func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// The specification initialises, of the packages that are ready, the one whose
// path sorts first. So noquery precedes bubbletea as long as there is a package that
// bubbletea needs, that needs all that noquery needs, and that sorts after noquery.
func TestInitPrecedesBubbletea(t *testing.T) {
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
			t.Errorf("noquery needs %s, which %s does not: nothing says that noquery comes first", d, between)
		}
	}
}

func TestRestoreResetsVariable(t *testing.T) {
	t.Setenv("CI", os.Getenv("CI")) // restored after the test
	if os.Getenv("CI") == "" {
		t.Fatal("the variable is not set before Restore")
	}
	if !noquery.Restore() {
		t.Fatal("Restore failed")
	}
	first, set := os.LookupEnv("CI")
	if !noquery.Restore() {
		t.Fatal("second Restore failed")
	}
	if again, setAgain := os.LookupEnv("CI"); again != first || setAgain != set {
		t.Errorf("second Restore changed %q, %v to %q, %v", first, set, again, setAgain)
	}
}
