package wire

import (
	"encoding/json"
	"testing"
)

func TestCursorStrictTypes(t *testing.T) {
	for _, body := range []string{
		`{"url":"/a","url":"/b"}`, `{"x":1,"x":2}`, `{"url":7}`, `{"url":{}}`,
		`{"navigation":"yes"}`, `{"metrics":[]}`, `{"errors":{}}`, `{"errors":[7]}`, `{"errors":[{"handled":1}]}`,
		`{"requests":[{"status":{}}]}`, `{"metrics":{"lcp":{}}}`, `{"tags":[]}`, `[]`, `7`, `"x"`, `null`, `{"a":01}`, `{"a":}`,
		`{"time":{}}`, `{"sampled":"no"}`, `{"a":tru}`, `{} {}`,
	} {
		if err := decodeOne(body, new(Beacon)); err == nil {
			t.Errorf("%s was accepted", body)
		}
	}
	for _, body := range []string{
		`{}`, `{"url":null,"navigation":null,"metrics":null,"errors":null,"tags":null,"requests":null,"events":null,"time":null,"user":null,"sampled":null}`,
		`{"user":7,"session":true}`, `{"x":{"y":[1,2,{"z":null}]}}`, `{"errors":[null]}`, `{"tags":{"a":{},"b":[]}}`,
		"{\"url\":\"\xff\"}", `{"url":"\ud800"}`, `{"time":NaN,"metrics":{"lcp":-Infinity}}`,
	} {
		if err := decodeOne(body, new(Beacon)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzCursor compares the cursor with encoding/json on checked values.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[1,2,{"c":"}"}],"d":"\"x\\","":null,"e":-1.5e3 , "f" : true}`, `{}`, ` { } `, `{"a\u0062":"\n"}`, `{"a":{"b":{"c":[]}}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := new(document).read([]byte(text), 100)
		var want map[string]json.RawMessage
		err := json.Unmarshal([]byte(text), &want)
		if c.err != nil || err != nil || want == nil {
			return // what either refuses is not compared: they differ in strictness
		}
		if string(c.doc.text) != text {
			return // repaired, or without a byte order mark
		}
		if !c.object() {
			t.Fatalf("not an object: %q", text)
		}
		n := 0
		for c.more() {
			name := c.name()
			value := string(c.raw())
			if w, ok := want[name]; !ok || string(w) != value {
				t.Errorf("%q: member %q is %q, want %q", text, name, value, w)
			}
			n++
		}
		if n != len(want) || c.err != nil || c.pos != len(c.doc.tokens) {
			t.Errorf("%q: %d members of %d, error %v, token %d of %d", text, n, len(want), c.err, c.pos, len(c.doc.tokens))
		}
	})
}
