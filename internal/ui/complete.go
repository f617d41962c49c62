package ui

import (
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// word is the word before the cursor that can be completed.
type word struct {
	field string // "" while the field itself is being typed
	part  string // of the field or the value
	from  int    // in runes: where part begins
}

// wordAt finds the word at the end of an expression that is being typed.
func wordAt(text string) word {
	runes := []rune(text)
	start, quote := 0, false
	for i, r := range runes {
		switch {
		case r == '"' && (i == 0 || runes[i-1] != '\\'):
			quote = !quote
		case quote:
		case r == ' ' || r == '(' || r == ')':
			start = i + 1
		}
	}
	w := string(runes[start:])
	op := strings.IndexAny(w, "=!~<>?")
	if op < 0 {
		return word{part: w, from: start}
	}
	field, rest := w[:op], w[op:]
	value := strings.TrimLeft(rest, "=!~<>?")
	from := start + len([]rune(w[:len(w)-len(value)]))
	if i := lastComma(value); i >= 0 {
		from += len([]rune(value[:i+1]))
		value = value[i+1:]
	}
	return word{field: field, part: strings.TrimPrefix(value, `"`), from: from}
}

// lastComma finds the last comma that separates values; one in quotes does not.
func lastComma(s string) int {
	at, quote := -1, false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quote = !quote
		case s[i] == ',' && !quote:
			at = i
		}
	}
	return at
}

// fieldChoices lists fields, each with its usual operator.
func fieldChoices(tags []string) []string {
	var out []string
	for _, f := range filter.Fields() {
		switch {
		case beacon.VitalIndex(f) >= 0 || f == "dns" || f == "tcp" || f == "tls":
			out = append(out, f+">")
		case f == "message" || f == "stack" || f == "url":
			out = append(out, f+"~")
		default:
			out = append(out, f+"=")
		}
	}
	for _, t := range tags {
		if term, err := filter.NewTerm("tag."+t, filter.Eq, "x"); err == nil {
			out = append(out, term.Field+"=")
		}
	}
	return out
}

// fixedValues are the values of fields that have a fixed set.
func fixedValues(field string) []string {
	switch field {
	case "error", "handled":
		return []string{"yes", "no"}
	case beacon.Traffic.String():
		return frame.TrafficChoices()[:beacon.NumTraffic]
	}
	return nil
}

// matching keeps the strings that start with part, then those that contain it.
func matching(all []string, part string) []string {
	part = strings.ToLower(part)
	var begin, within []string
	for _, s := range all {
		switch lower := strings.ToLower(s); {
		case strings.HasPrefix(lower, part):
			begin = append(begin, s)
		case strings.Contains(lower, part):
			within = append(within, s)
		}
	}
	return append(begin, within...)
}

// quoted writes a value as an expression needs it.
func quoted(field, value string) string {
	t, err := filter.NewTerm(field, filter.Eq, filter.Literal(value))
	if err != nil {
		return value
	}
	return strings.TrimPrefix(t.String(), t.Field+"=")
}
