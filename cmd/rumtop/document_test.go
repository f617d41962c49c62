package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// document is a JSON object.
type document map[string]any

func parse(t *testing.T, text string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return d
}

// at follows a path such as total/lcp/n or errors/0/message; the segment of a
// key is segments/KEY. nil: there is none.
func (d document) at(path string) any {
	var v any = map[string]any(d)
	for _, step := range strings.Split(path, "/") {
		switch inner := v.(type) {
		case map[string]any:
			v = inner[step]
		case []any:
			v = element(inner, step)
		default:
			return nil
		}
	}
	return v
}

func element(list []any, step string) any {
	for i, e := range list {
		row, _ := e.(map[string]any)
		if key, ok := row["key"]; ok && key == step || fmt.Sprint(i) == step {
			return e
		}
	}
	return nil
}

// numbers are what a document must hold, by path: whole numbers and words
// exactly, others within 1 %.
type numbers map[string]any

func (d document) holds(t *testing.T, want numbers) {
	t.Helper()
	for path, want := range want {
		if got := d.at(path); !same(got, want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}

func same(got, want any) bool {
	var number float64
	switch w := want.(type) {
	case int:
		return got == float64(w)
	case float64:
		number = w
	default:
		return got == want
	}
	g, ok := got.(float64)
	return ok && math.Abs(g-number) <= 0.01*number
}
