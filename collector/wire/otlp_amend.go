package wire

import (
	"math"
	"strconv"
)

// amend rewrites, in a checked OTLP/JSON body, what pdata refuses or does not know:
// it gives up a whole request for one number that is written as another type.
//
//   - Names of versions up to 0.15 become those of today.
//   - A value of an attribute of another type than its name says becomes a
//     stringValue, which is read as a number where a number is expected.
//   - A time, kind or count that is not written as an integer becomes one; 0 if
//     it is none.
func amend(c cursor) []byte {
	d := c.doc
	r := repairer{text: d.text}
	for i := 0; i+1 < len(d.tokens); i++ {
		name, value := d.tokens[i], d.tokens[i+1]
		if d.text[name.begin] == '"' {
			if now := renamedFields[string(d.text[name.begin+1:name.end&^escaped-1])]; now != "" && isName(d.text, name) {
				r.replace(int(name.begin)+1, int(name.end&^escaped)-1, now)
				continue
			}
		}
		end := int(value.end &^ escaped)
		if d.text[name.begin] != '"' || !isScalar(d.text[value.begin]) {
			continue
		}
		text := d.text[value.begin:end]
		switch string(d.text[name.begin+1 : name.end&^escaped-1]) {
		case "stringValue", "intValue", "doubleValue", "boolValue":
			if kind := d.text[name.begin+1]; !isValueOf(kind, text) {
				r.replace(int(name.begin), int(name.end&^escaped), `"stringValue"`)
				r.replace(int(value.begin), end, quoted(text))
			}
		case "timeUnixNano", "observedTimeUnixNano", "startTimeUnixNano", "endTimeUnixNano",
			"kind", "severityNumber", "flags", "code",
			"droppedAttributesCount", "droppedEventsCount", "droppedLinksCount":
			r.replace(int(value.begin), end, integer(text))
		default:
			continue
		}
		i++ // the value is no name
	}
	return append(r.out, d.text[r.from:]...)
}

// renamedFields are names of old versions, with those of today.
var renamedFields = map[string]string{
	"instrumentationLibraryLogs": "scopeLogs", "instrumentationLibrarySpans": "scopeSpans", "instrumentationLibrary": "scope",
	"logs": "logRecords",
}

// isName reports whether a string is the name of a member.
func isName(text []byte, t token) bool {
	p := skipBlanks(text, int(t.end&^escaped))
	return p < len(text) && text[p] == ':'
}

func isScalar(first byte) bool {
	return first != '{' && first != '}' && first != '[' && first != ']'
}

// isValueOf reports whether pdata reads a scalar under the name of a value's
// type, given by its first letter.
func isValueOf(kind byte, text []byte) bool {
	word := unquoted(text)
	switch kind {
	case 'i':
		_, err := strconv.ParseInt(word, 10, 64)
		return err == nil
	case 'd':
		_, err := strconv.ParseFloat(word, 64)
		return err == nil
	case 'b':
		return text[0] == 't' || text[0] == 'f'
	}
	return text[0] == '"' || text[0] == 'n'
}

// unquoted is a scalar without its quotes; escapes stay.
func unquoted(text []byte) string {
	if len(text) >= 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	return string(text)
}

// quoted is a scalar as a string; null is the empty one.
func quoted(text []byte) string {
	switch text[0] {
	case '"':
		return string(text)
	case 'n':
		return `""`
	}
	return `"` + string(text) + `"`
}

// integer is a scalar as an integer ≥ 0. Names of enumerations stay.
func integer(text []byte) string {
	word := unquoted(text)
	if _, err := strconv.ParseUint(word, 10, 64); err == nil {
		return string(text)
	}
	v, err := strconv.ParseFloat(word, 64)
	switch {
	case err == nil && v >= 0 && v < math.MaxUint64:
		return strconv.FormatUint(uint64(v), 10)
	case err != nil && text[0] == '"' && len(word) > 0 && word[0] >= 'A' && word[0] <= 'Z':
		return string(text)
	}
	return "0"
}
