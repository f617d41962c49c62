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

// small is a snapshot of a few hundred beacons, as bytes.
func small(t testing.TB) []byte {
	t.Helper()
	a, now := live(t, 300)
	path, _ := write(t, a, Meta{Site: "shop", TakenAt: now})
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

// member is a member of an archive that is made anew.
type member struct {
	name string
	data []byte
}

// remade is an archive of which members have been changed, with checksums that are right.
func remade(t testing.TB, data []byte, change func([]member) []member) []byte {
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
		err := a.member(m.name, strings.HasSuffix(m.name, ".parquet"), func(w io.Writer) error {
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

// with replaces one member.
func with(name string, data []byte) func([]member) []member {
	return func(members []member) []member {
		for i := range members {
			if members[i].name == name {
				members[i].data = data
			}
		}
		return members
	}
}

// Each bad file gets one clear sentence.
func TestBadFiles(t *testing.T) {
	good := small(t)
	if n, err := readAll(t, good); n != 300 || err != nil {
		t.Fatalf("the good file has %d beacons, %v", n, err)
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
		{"empty", nil, "the file is empty"},
		{"text", []byte("hello, world\n"), "no snapshot of rumtop"},
		{"truncated", good[:len(good)*2/3], "cut short or damaged"},
		{"a bit flipped", flipped, "damaged"},
		{"another zip", remade(t, good, func([]member) []member { return []member{{"a.txt", []byte("a")}} }), "it has no meta.json"},
		{"newer", remade(t, good, with(metaName, []byte(`{"schema":"rumtop.snapshot/2","from":7}`))), "open it with a newer rumtop"},
		{"another schema", remade(t, good, with(metaName, []byte(`{"schema":"else/1"}`))), "its schema is"},
		{"an escape sequence", remade(t, good, with(metaName, []byte(`{"schema":"\u001b[2J"}`))), "its schema is"},
		{"no JSON", remade(t, good, with(metaName, []byte(`{`))), "meta.json is no JSON"},
		{"a path", remade(t, good, func(m []member) []member { return append(m, member{"../../etc/passwd", nil}) }), "is no name of a member"},
		{"twice", remade(t, good, func(m []member) []member { return append(m, m[0]) }), "is in it twice"},
		{"many members", remade(t, good, many), "members"},
		{"a bomb", remade(t, good, with(readmeName, make([]byte, maxDocument+1))), "damaged"},
		{"no table", remade(t, good, func(m []member) []member { return m[:len(m)-1] }), "measures.parquet is missing"},
		{"no Parquet", remade(t, good, with("beacons.parquet", []byte("PAR1 this is none PAR1"))), "beacons.parquet cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readAll(t, c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("it says %q, not %q in one line", err, c.want)
			}
		})
	}
}

// A table that was tampered with, its checksum made right, costs neither a panic
// nor memory.
func TestTamperedTables(t *testing.T) {
	good := small(t)
	r := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"beacons.parquet", "views.parquet", "error_kinds.parquet", "requests.parquet"} {
		for range 12 {
			data := remade(t, good, func(m []member) []member {
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
				t.Fatalf("%d beacons of 300", n)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(small(f))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readAll(t, data); err != nil && strings.ContainsAny(err.Error(), "\x1b") {
			t.Errorf("%q drives a terminal", err)
		}
	})
}

// FuzzTable tampers with a table behind right checksums.
func FuzzTable(f *testing.F) {
	good := small(f)
	f.Add(200, byte(1), 4000, byte(255))
	f.Fuzz(func(t *testing.T, at int, v byte, and int, w byte) {
		data := remade(t, good, func(m []member) []member {
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
