package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The prefixes of custom fields.
const (
	tagPrefix    = "tag."
	metricPrefix = "metric."
)

// phases are the other metrics without a prefix: the parts of a navigation
// before the first byte.
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

// Fields lists the fields without a prefix, in the order of the documentation:
// dimensions, metrics, then the fields of errors, requests, events and users.
// Every other name is a tag.
func Fields() []string {
	names := beacon.DimNames()
	names = append(names, beacon.Vitals[:]...)
	names = append(names, phases[:]...)
	for _, f := range namedKinds {
		names = append(names, f.name)
	}
	return names
}

// termFor returns a term without operator for a field, or why the field is
// unknown. Only the names of tags are case-sensitive.
func termFor(field string) (*Term, string) {
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
		return prefixedTerm(KindTag, tagPrefix, field[len(tagPrefix):])
	case strings.HasPrefix(lower, metricPrefix):
		return prefixedTerm(KindMetric, metricPrefix, field[len(metricPrefix):])
	}
	if near := nearest(lower, Fields()); near != "" {
		return nil, fmt.Sprintf("unknown field %q: use %s, or tag.%s for a tag (fields: %s)",
			field, near, field, strings.Join(Fields(), " "))
	}
	t := &Term{Field: field, Name: field, Kind: KindTag, Plain: true}
	if !isName(field) {
		t.Field, t.Plain = tagPrefix+quote(field), false
	}
	return t, ""
}

func prefixedTerm(kind Kind, prefix, name string) (*Term, string) {
	if name == "" {
		return nil, "expected a name after " + prefix
	}
	t := &Term{Field: prefix + name, Name: name, Kind: kind}
	if !isName(name) {
		t.Field = prefix + quote(name)
	}
	return t, ""
}

// nearest returns the known name that is probably meant, or "". A long name can
// have two mistakes; a short one, where other names are near (ttft is a custom
// metric, not ttfb), one missing, additional or swapped letter.
func nearest(name string, known []string) string {
	best, bestDist := "", 3
	for _, k := range known {
		d := editDistance(name, k)
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

// editDistance is the number of letters inserted, omitted, replaced or swapped
// with their neighbour between a and b, at most 3.
func editDistance(a, b string) int {
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

// Validate compares the tags without the prefix "tag." with those of received
// beacons, and returns an *Error for the first unknown one, which may be a
// misspelt field. The expression is valid all the same, and correct as soon as
// such a beacon arrives.
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
			hint = ": use " + near
		}
		err = &Error{t.Column, fmt.Sprintf("unknown field %q%s (fields: %s; %s)", t.Name, hint, strings.Join(Fields(), " "), seen)}
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
