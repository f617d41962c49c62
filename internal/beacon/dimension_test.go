package beacon_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TestDimensionsComplete checks that every row is complete and that names and
// field numbers are unique.
func TestDimensionsComplete(t *testing.T) {
	names, fields := map[string]bool{}, map[int]bool{}
	for d := range beacon.NumDims {
		row := beacon.Dimensions[d]
		if row.Name == "" || row.Field == 0 || row.Explain == 0 {
			t.Errorf("dimension %d: no name, field or place in explanations: %+v", d, row)
		}
		if names[row.Name] || fields[row.Field] {
			t.Errorf("dimension %s: name or field %d is not unique", row.Name, row.Field)
		}
		names[row.Name], fields[row.Field] = true, true
		if got, ok := beacon.DimByName(row.Name); !ok || got != d {
			t.Errorf("DimByName(%q) = %d, %v, want %d", row.Name, got, ok, d)
		}
	}
	if got := beacon.DimNames(); len(got) != len(names) {
		t.Errorf("DimNames() = %q, want %d names", got, len(names))
	}
	if _, ok := beacon.DimByName("tier"); ok || beacon.NumDims.String() != "?" {
		t.Error("a dimension outside the table has a name")
	}
}

func TestDimensionsOrder(t *testing.T) {
	drill := beacon.DimsBy(func(d *beacon.Dimension) int { return d.Drill })
	explain := beacon.DimsBy(func(d *beacon.Dimension) int { return d.Explain })
	for i, d := range drill {
		if got := beacon.Dimensions[d].Drill; got != i+1 {
			t.Errorf("%s drills at %d, want %d", d, got, i+1)
		}
	}
	place := 0
	for _, d := range explain {
		if place++; place == beacon.ExplainTags {
			place++
		}
		if got := beacon.Dimensions[d].Explain; got != place {
			t.Errorf("%s explains at %d, want %d", d, got, place)
		}
	}
	reported := beacon.DimsWith(func(d *beacon.Dimension) bool { return d.Reported })
	for _, d := range reported {
		if !slices.Contains(drill, d) {
			t.Errorf("%s is reported, but has no place in the order of Drill, which is that of reports", d)
		}
	}
}

// TestDimensionsDocumented checks that the documents list the dimensions of the
// table and no others.
func TestDimensionsDocumented(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	message := descriptor(t)
	wire, script := read("wire-format.md"), read("read-batch.mjs")
	for d := range beacon.NumDims {
		row := beacon.Dimensions[d]
		f := message.Fields().ByNumber(protoreflect.FieldNumber(row.Field))
		if f == nil || string(f.Name()) != row.Name {
			t.Errorf("docs/beacon.proto: field %d is not %s", row.Field, row.Name)
		}
		if want := fmt.Sprintf("\n| %d `%s` | ", row.Field, row.Name); !strings.Contains(wire, want) {
			t.Errorf("docs/wire-format.md: no line %q", want)
		}
		if want := fmt.Sprintf("%d: ['%s', 'uint']", row.Field, row.Name); !strings.Contains(script, want) {
			t.Errorf("docs/read-batch.mjs: no entry %q", want)
		}
	}
	if want := fmt.Sprintf("length: %d }", beacon.NumDims); !strings.Contains(script, want) {
		t.Errorf("docs/read-batch.mjs: does not read %d dimensions", beacon.NumDims)
	}
	section, _, _ := strings.Cut(wire[strings.Index(wire, "\n### Dimensions\n")+1:], "\n### ")
	if got := len(regexp.MustCompile("(?m)^\\| \\d+ `").FindAllString(section, -1)); got != int(beacon.NumDims) {
		t.Errorf("docs/wire-format.md: %d dimensions, want %d", got, beacon.NumDims)
	}
	if want := "dimensions `" + strings.Join(beacon.DimNames(), " ") + "`"; !strings.Contains(read("snapshots.md"), want) {
		t.Errorf("docs/snapshots.md: no list %q", want)
	}
}
