package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The prefixes of fields whose names the site chooses.
const (
	tagPrefix    = "tag."
	metricPrefix = "metric."
)

// phases are the metrics beside the vitals that need no prefix: the parts of
// the navigation before its first byte.
var phases = [...]string{"dns", "tcp", "tls"}

var namedKinds = []struct {
	name string
	kind Kind
}{
	{"error", KindError},
	{"type", KindType},
	{"message", KindMessage},
	{"stack", KindStack},
	{"handled", KindHandled},
	{"url", KindRequest},
	{"status", KindStatus},
	{"event", KindEvent},
	{"user", KindID},
	{"session", KindID},
	{"view", KindID},
	{"fingerprint", KindFingerprint},
}

// Fields lists the fields that need no prefix, in the order of the
// documentation: dimensions, metrics, then what errors, requests, events and
// visitors have. Every other name is a tag.
func Fields() []string {
	names := beacon.DimNames()
	names = append(names, beacon.Vitals[:]...)
	names = append(names, phases[:]...)
	for _, f := range namedKinds {
		names = append(names, f.name)
	}
	return names
}

// resolve begins a term on a field, or says why there is no such field.
// Names of known fields may be written in any case; tags may not.
func resolve(field string) (*Term, string) {
	lower := strings.ToLower(field)
	if _, ok := beacon.DimByName(lower); ok {
		return &Term{Field: lower, Name: lower, Kind: KindDim}, ""
	}
	if beacon.VitalIndex(lower) >= 0 || slices.Contains(phases[:], lower) {
		return &Term{Field: lower, Name: lower, Kind: KindMetric}, ""
	}
	for _, f := range namedKinds {
		if f.name == lower {
			return &Term{Field: lower, Name: lower, Kind: f.kind}, ""
		}
	}
	switch {
	case field == "":
		return nil, "expected a field's name"
	case strings.HasPrefix(lower, tagPrefix):
		return prefixed(KindTag, tagPrefix, field[len(tagPrefix):])
	case strings.HasPrefix(lower, metricPrefix):
		return prefixed(KindMetric, metricPrefix, field[len(metricPrefix):])
	}
	if near := nearest(lower, Fields()); near != "" {
		return nil, fmt.Sprintf("unknown field %q; did you mean %s? (for a tag of that name write tag.%s) known: %s",
			field, near, field, strings.Join(Fields(), " "))
	}
	t := &Term{Field: field, Name: field, Kind: KindTag, Plain: true}
	if !isName(field) {
		t.Field, t.Plain = tagPrefix+quote(field), false
	}
	return t, ""
}

func prefixed(kind Kind, prefix, name string) (*Term, string) {
	if name == "" {
		return nil, "expected a name after " + prefix
	}
	t := &Term{Field: prefix + name, Name: name, Kind: kind}
	if !isName(name) {
		t.Field = prefix + quote(name)
	}
	return t, ""
}

// nearest finds the known name that is probably meant: up to two mistakes in
// long names; in short ones, where names are close by nature (ttft is a metric
// of its own, not ttfb), one letter missing, too many or swapped.
func nearest(name string, known []string) string {
	best, bestDist := "", 3
	for _, k := range known {
		d := distance(name, k)
		if shorter := min(len(k), len(name)); shorter <= 4 {
			replaced := len(k) == len(name) && !sameLetters(name, k)
			if d > 1 || replaced || shorter < 3 {
				continue
			}
		}
		if d < bestDist {
			best, bestDist = k, d
		}
	}
	return best
}

func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// distance is the number of letters inserted, left out, replaced or swapped
// with their neighbour between a and b; 3 stands for anything larger.
func distance(a, b string) int {
	const far = 3
	if len(a)-len(b) >= far || len(b)-len(a) >= far {
		return far
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], far)
}

// Validate compares the tags that were written without "tag." with the tags
// that beacons carry, and returns an *Error for the first that none carries:
// it may be a misspelt field. An expression that fails it is still good, and
// right as soon as such a beacon comes.
func (e Expr) Validate(tags []string) error {
	var err error
	walk(e.Root, func(t *Term) {
		if err != nil || !t.Plain || slices.Contains(tags, t.Name) {
			return
		}
		seen := "no tags seen yet"
		if len(tags) > 0 {
			seen = "tags seen: " + strings.Join(tags[:min(len(tags), 30)], " ")
		}
		hint := ""
		if near := nearest(t.Name, tags); near != "" {
			hint = "; did you mean " + near + "?"
		}
		err = &Error{t.Column, fmt.Sprintf("unknown field %q%s; known: %s; %s", t.Name, hint, strings.Join(Fields(), " "), seen)}
	})
	return err
}

func walk(n Node, visit func(*Term)) {
	switch n := n.(type) {
	case And:
		for _, c := range n {
			walk(c, visit)
		}
	case Or:
		for _, c := range n {
			walk(c, visit)
		}
	case Not:
		walk(n.Node, visit)
	case *Term:
		visit(n)
	}
}
