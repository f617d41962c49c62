package snapshot

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// smallSnapshot is a snapshot of 300 beacons, as bytes.
func smallSnapshot(t testing.TB) []byte {
	t.Helper()
	a, now := aggregator(t, 300)
	path, _ := writeSnapshot(t, a, Meta{Site: "shop", TakenAt: now})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readAll opens a file of these bytes and reads all of it.
func readAll(t testing.TB, data []byte) (beacons int, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.rumsnap")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	_, _ = f.Frame()
	_, _ = f.Histograms()
	err = f.Batches(func(b *beacon.Batch) error { beacons += b.Len(); return nil })
	return beacons, err
}

// member is a member of a rewritten archive.
type member struct {
	name string
	data []byte
}

// rewritten is an archive with changed members and the right checksums.
func rewritten(t testing.TB, data []byte, change func([]member) []member) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var members []member
	for _, m := range z.File {
		r, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if m.Name != sumsName {
			members = append(members, member{m.Name, text})
		}
	}
	var out bytes.Buffer
	a := archive{zip: zip.NewWriter(&out), taken: time.Unix(0, 0)}
	for _, m := range change(members) {
		err := a.writeMember(m.name, strings.HasSuffix(m.name, ".parquet"), func(w io.Writer) error {
			_, err := w.Write(m.data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// replacing replaces one member.
func replacing(name string, data []byte) func([]member) []member {
	return func(members []member) []member {
		for i := range members {
			if members[i].name == name {
				members[i].data = data
			}
		}
		return members
	}
}

// Each invalid file gets an error of one line.
func TestOpenInvalidFileFails(t *testing.T) {
	good := smallSnapshot(t)
	if n, err := readAll(t, good); n != 300 || err != nil {
		t.Fatalf("valid file: %d beacons, %v, want 300", n, err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	many := func([]member) (out []member) {
		for i := range maxMembers + 1 {
			out = append(out, member{fmt.Sprintf("m%d", i), nil})
		}
		return out
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "empty file"},
		{"text", []byte("hello, world\n"), "not a rumtop snapshot"},
		{"truncated", good[:len(good)*2/3], "cut short or damaged"},
		{"a bit flipped", flipped, "damaged"},
		{"another zip", rewritten(t, good, func([]member) []member { return []member{{"a.txt", []byte("a")}} }), "no meta.json"},
		{"newer", rewritten(t, good, replacing(metaName, []byte(`{"schema":"rumtop.snapshot/2","from":7}`))), "open it with a newer rumtop"},
		{"another schema", rewritten(t, good, replacing(metaName, []byte(`{"schema":"else/1"}`))), `schema "else/1"`},
		{"an escape sequence", rewritten(t, good, replacing(metaName, []byte(`{"schema":"\u001b[2J"}`))), "not a rumtop snapshot: schema"},
		{"invalid JSON", rewritten(t, good, replacing(metaName, []byte(`{`))), "meta.json: invalid JSON"},
		{"a path", rewritten(t, good, func(m []member) []member { return append(m, member{"../../etc/passwd", nil}) }), "invalid member name"},
		{"twice", rewritten(t, good, func(m []member) []member { return append(m, m[0]) }), "two members"},
		{"many members", rewritten(t, good, many), "members"},
		{"a bomb", rewritten(t, good, replacing(readmeName, make([]byte, maxDocument+1))), "damaged"},
		{"no table", rewritten(t, good, func(m []member) []member { return m[:len(m)-1] }), "measures.parquet is missing"},
		{"no Parquet", rewritten(t, good, replacing("beacons.parquet", []byte("PAR1 this is none PAR1"))), "cannot read beacons.parquet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readAll(t, c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("error %q, want %q in one line", err, c.want)
			}
		})
	}
}

// A tampered table with the right checksum costs neither a panic nor memory.
func TestBatchesTamperedTableBounded(t *testing.T) {
	good := smallSnapshot(t)
	r := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"beacons.parquet", "views.parquet", "error_kinds.parquet", "requests.parquet"} {
		for range 12 {
			data := rewritten(t, good, func(m []member) []member {
				for i := range m {
					if m[i].name == name {
						for range 1 + r.IntN(4) {
							m[i].data[r.IntN(len(m[i].data))] = byte(r.Uint32())
						}
					}
				}
				return m
			})
			if n, err := readAll(t, data); err == nil && n > 300 {
				t.Fatalf("%d beacons, want at most 300", n)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(smallSnapshot(f))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readAll(t, data); err != nil && strings.ContainsAny(err.Error(), "\x1b") {
			t.Errorf("%q drives a terminal", err)
		}
	})
}

// FuzzTable tampers with a table and corrects the checksums.
func FuzzTable(f *testing.F) {
	good := smallSnapshot(f)
	f.Add(200, byte(1), 4000, byte(255))
	f.Fuzz(func(t *testing.T, at int, v byte, and int, w byte) {
		data := rewritten(t, good, func(m []member) []member {
			for i := range m {
				if m[i].name == "beacons.parquet" {
					n := uint(len(m[i].data))
					m[i].data[uint(at)%n], m[i].data[uint(and)%n] = v, w
				}
			}
			return m
		})
		_, _ = readAll(t, data)
	})
}
