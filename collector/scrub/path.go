package scrub

import (
	"bytes"
	"strings"
)

// appendPath appends the template of a path: segments that identify a person or a
// record become their kind (:id, :uuid, :token), what the site's authors wrote
// stays.
func (sc *scan) appendPath(dst []byte, path string, of server, t *tally) []byte {
	source := isSource(path)
	before := "" // the segment before, as it was
	named := 0   // segments so far that name something
	date := notDate
	for first := true; ; first = false {
		text, rest, more := strings.Cut(path, "/")
		if !first {
			dst = append(dst, '/')
		}
		text, matrix, _ := strings.Cut(text, ";") // ;jsessionid=…
		if matrix != "" {
			t[Query]++
		}
		g := &sc.segment
		*g = segment{
			text: text, before: before, matrix: matrix, rest: rest, last: !more, of: of, placed: bytes.HasSuffix(dst, placedSuffix),
			// src/users/list.js is the code's, https://host/users/jane/a.js is Jane's.
			source: source && !(of.site && named == 1 && more),
		}
		if date = sc.nextDatePart(date, g); date != notDate {
			dst = append(dst, text...)
		} else {
			dst = sc.appendSegment(dst, g, t)
		}
		if text != "" && text != "." && text != ".." {
			before = text
			named++
		}
		if !more {
			return dst
		}
		path = rest
	}
}

// placedSuffix ends a path before the second number of a position.
var placedSuffix = []byte(params[Geo] + "/")

// isSource says whether a path leads to a source or built file, whose
// directories name parts of the code.
func isSource(path string) bool {
	name, _, _ := strings.Cut(path[strings.LastIndexByte(path, '/')+1:], ";")
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && codeExtensions.has(name[dot+1:]) || strings.Contains(path, "/node_modules/") ||
		strings.HasPrefix(path, "node_modules/")
}

// datePart is a part of a date in a path, each in a segment: /2024/11/21/post.
type datePart uint8

const (
	notDate datePart = iota
	yearPart
	monthPart
	dayPart
)

// nextDatePart says which part of a date a segment is, after a segment that was
// part.
func (sc *scan) nextDatePart(part datePart, g *segment) datePart {
	if len(g.text) != 2 && len(g.text) != 4 || !allDigits(g.text) {
		return notDate
	}
	n := number(g.text)
	switch {
	case part == notDate && n >= 1990 && n < 2100 && !sc.isAfterPersonWord(g):
		month, _, _ := strings.Cut(g.rest, "/")
		if archiveWords.has(g.before) || isMonth(month) {
			return yearPart
		}
	case part == yearPart && isMonth(g.text):
		return monthPart
	case part == monthPart && len(g.text) == 2 && n >= 1 && n <= 31:
		return dayPart
	}
	return notDate
}

// isMonth says whether s is a month in two digits.
func isMonth(s string) bool {
	return len(s) == 2 && allDigits(s) && s >= "01" && s <= "12"
}
