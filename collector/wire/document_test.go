package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// strictly checks a text that holds one value with jsontext, which may have
// strings that are not UTF-8, and a byte order mark.
func strictly(text string) error {
	text = strings.TrimPrefix(text, "\ufeff")
	d := jsontext.NewDecoder(bytes.NewBufferString(text), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadValue(); err != nil {
		return err
	}
	if len(bytes.TrimLeft([]byte(text)[d.InputOffset():], " \t\r\n")) > 0 {
		return errTrailing
	}
	return nil
}

func agrees(t *testing.T, text string) {
	t.Helper()
	const depth = 1000
	doc := new(document)
	err, want := doc.read([]byte(text), depth).err, strictly(text)
	if pythonNumber.MatchString(text) || strings.Count(text, "[")+strings.Count(text, "{") > depth {
		return // see TestDocumentRepairs
	}
	if (err == nil) != (want == nil) && !errors.Is(want, jsontext.ErrDuplicateName) {
		t.Errorf("%q: %v, jsontext: %v", text, err, want)
	}
	if err != nil {
		return
	}
	// The tokens are the same as those of jsontext.
	d := jsontext.NewDecoder(bytes.NewReader(withoutMark([]byte(text))), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	for i := range doc.tokens {
		k := doc.tokens[i]
		found := doc.text[k.begin : k.begin+1]
		if !strings.Contains("{}[]", string(found)) {
			found = doc.text[k.begin : k.end&^escaped]
		}
		switch want, err := d.ReadToken(); {
		case err != nil:
			t.Fatalf("%q: token %d: %v", text, i, err)
		case want.Kind() == '"':
			if plain, err := jsontext.AppendUnquote(nil, found); err != nil || string(plain) != want.String() {
				t.Fatalf("%q: token %d is %q, jsontext's is %v", text, i, found, want)
			}
			if k.end&escaped == 0 && bytes.Contains(found, []byte{'\\'}) {
				t.Fatalf("%q: token %d has escapes", text, i)
			}
		case string(found) != want.String():
			t.Fatalf("%q: token %d is %q, jsontext's is %v", text, i, found, want)
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		t.Fatalf("%q: tokens are missing", text)
	}
}

var pythonNumber = regexp.MustCompile(`\b(NaN|Infinity)\b`)

func TestDocumentMatchesJSONText(t *testing.T) {
	values := []string{
		``, ` `, `{}`, `[]`, `{`, `[`, `}`, `]`, `[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a" : 1 , "b":2 }`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `[1 2]`, `[}`, `{]`,
		`true`, `tru`, `truex`, `false`, `null`, `nul`, `True`, `nan`, "\v1", "\u00a01", "\ufeff{}",
		`0`, `-0`, `01`, `-`, `-01`, `1.`, `.5`, `1.5`, `1e`, `1e5`, `1E+5`, `1e-5`, `1e+`, `1.e5`, `+1`, `0x1`, `1_0`, `--1`, `1..5`, `1e5.5`, `12345678901234567890123456789e999`,
		`""`, `"`, `"a`, `"\"`, `"\x"`, `"\u"`, `"\u12"`, `"\u12g4"`, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ud83d\ud83d"`, `"\uD83D\uDE00"`, `"\/\b\f\n\r\t\\\""`, `"\'"`,
		"\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\n\"", "\"é€😀\"", "\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\u2028\"",
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"\u0061":1,"a":2}`, `{"\u0061":1,"\u0061":2}`, `{"\n":1,"n":2}`, `{"":1,"":2}`, `{"":1}`, `{"a":{"a":1},"b":{"a":1}}`, `{"a":1,"b":{"c":1,"c":2}}`,
		`{"abcdefg":1,"abcdefh":2}`, `{"abcdefgh":1,"abcdefgh":2}`, `{"abcdefgh1":1,"abcdefgh2":2}`, `{"01234567x89abcdef":1,"01234567y89abcdef":2}`, `{"01234567x89abcdef":1,"01234567x89abcdef":2}`,
		`{} {}`, `{}x`, `{}]`, "{}\n", "\n{}", "1 ", `"a" "b"`,
	}
	for _, v := range values {
		agrees(t, v)
		agrees(t, `[`+v+`]`)
		agrees(t, `{"k":`+v+`}`)
		for pad := range 20 { // every place within eight bytes, and their end
			agrees(t, `{"`+strings.Repeat("k", pad)+`":`+v+`,"x":"`+strings.Repeat("y", pad)+`"}`)
		}
	}
	// Every byte at every position of a string.
	for at := range 20 {
		for b := range 256 {
			text := []byte(`"` + strings.Repeat("a", 20) + `"`)
			text[1+at] = byte(b)
			agrees(t, string(text))
			text[20] = byte(b)
			agrees(t, string(text))
		}
	}
}

func TestDocumentDuplicateName(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{2, 3, 63, 64, 65, 1000} {
		for _, form := range []string{`"%d":0`, `"name%04d":0`, `"n%da":{"x":0}`, `"long name with %d in it":[{"x":0}]`, `"\u0061%d":0`} {
			members := make([]string, n)
			for i := range members {
				members[i] = fmt.Sprintf(form, i)
			}
			random.Shuffle(n, func(i, j int) { members[i], members[j] = members[j], members[i] })
			text := "{" + strings.Join(members, ",") + "}"
			if c := new(document).read([]byte(text), 16); c.err != nil {
				t.Errorf("%d names like %s: %v", n, form, c.err)
			}
			members[random.IntN(n)] = members[0]
			text = "{" + strings.Join(append(members, members[0]), ",") + "}"
			if c := new(document).read([]byte(text), 16); !errors.Is(c.err, errDuplicate) {
				t.Errorf("%d names like %s with a duplicate: %v", n, form, c.err)
			}
		}
	}
}

func TestDocumentDepthLimit(t *testing.T) {
	for _, pair := range []string{"[]", "{}"} {
		open, end := pair[:1], pair[1:]
		if pair == "{}" {
			open = `{"a":`
		}
		for depth := 1; depth < 20; depth++ {
			text := strings.Repeat(open, depth-1) + pair + strings.Repeat(end, depth-1)
			if c := new(document).read([]byte(text), depth); c.err != nil {
				t.Errorf("%s within %d: %v", text, depth, c.err)
			}
			c := new(document).read([]byte(text), depth-1)
			if depth == 1 {
				if !errors.Is(c.err, errTooDeep) {
					t.Errorf("%s within 0: %v", text, c.err)
				}
				continue
			}
			want := strings.Repeat(open, depth-1) + "null" + strings.Repeat(end, depth-1)
			if got := c.raw(); c.err != nil || string(got) != want {
				t.Errorf("%s within %d: %s, %v", text, depth-1, got, c.err)
			}
		}
	}
}

// Memory is proportional to the body, whatever its content.
func TestDocumentMemory(t *testing.T) {
	const size = 256 << 10
	var names, odd strings.Builder
	for i := range size / 8 {
		fmt.Fprintf(&names, `"%x":1,`, i)
		fmt.Fprintf(&odd, `"\n%x":1,`, i)
	}
	for name, text := range map[string]string{
		"numbers": "[" + strings.Repeat("1,", size/2) + "1]",
		"arrays":  "[" + strings.Repeat("[],", size/3) + "[]]",
		"objects": "[" + strings.Repeat("{},", size/3) + "{}]",
		"names":   "{" + names.String() + `"":1}`,
		"escapes": "{" + odd.String() + `"":1}`,
	} {
		body := []byte(text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := new(document).read(body, 16).err
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if grown := (after.TotalAlloc - before.TotalAlloc) / uint64(len(body)); grown > 32 {
			t.Errorf("%s: %d bytes allocated per byte of the body", name, grown)
		}
	}
}

// BenchmarkDocument checks every line that an SDK sent and reads nothing.
func BenchmarkDocument(b *testing.B) {
	for _, prefix := range []string{"faro-2", "aws-rum", "datadog-7", "sentry-11", "otlp-honeycomb"} {
		b.Run(prefix, func(b *testing.B) {
			var d document
			var lines [][]byte
			size := 0
			for _, body := range seeds(b, prefix) {
				for line := range bytes.Lines([]byte(body)) {
					if d.read(line, 30).err == nil { // and no replay
						lines, size = append(lines, line), size+len(line)
					}
				}
			}
			began := processorTime(b)
			for b.Loop() {
				for _, line := range lines {
					d.read(line, 30)
				}
			}
			b.ReportMetric(float64(size)*float64(b.N)/1e6/(processorTime(b)-began).Seconds(), "cpu-MB/s")
		})
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[1,2,{"c":"}"}],"d":"\"x\\","":null,"e":-1.5e3 , "f" : true}`, `{"a\u0062":"\n\ud83d\ude00"}`, `{"a":1,"\u0061":2}`, "\"é\""} {
		f.Add(s)
	}
	for _, prefix := range []string{"web-vitals-6", "faro-2", "datadog-7", "aws"} {
		for _, s := range seeds(f, prefix) {
			f.Add(s)
		}
	}
	f.Fuzz(agrees)
}
