package wire

import "bytes"

// items splits a body into its JSON objects: the elements of one array, one
// object, or one object per line (NDJSON). So each can be rejected alone. A
// well-formed object is split off and checked in one step; only for a malformed
// one is the end found by brackets and strings.
type items struct {
	doc    *document
	body   []byte
	pos    int
	depth  int // allowed within an item
	array  bool
	byLine bool // the end of an item was not found: split by lines
	first  bool
	err    error // the rest of the body cannot be split
}

// splitBody starts at the beginning of a body. Release its document after the
// last item.
func splitBody(body []byte, depth int) items {
	body = withoutMark(body)
	s := items{doc: getDocument(), body: body, depth: depth, first: true}
	s.pos = skipBlanks(s.body, s.pos)
	if s.pos < len(body) && body[s.pos] == '[' {
		s.array, s.pos, s.depth = true, s.pos+1, depth-1
	}
	return s
}

// next returns a cursor at the next item. ok is false at the end; s.err is then
// set if the body is incomplete. The cursor of a malformed item has an error.
func (s *items) next() (c cursor, ok bool) {
	if s.err != nil {
		return cursor{}, false
	}
	s.pos = skipBlanks(s.body, s.pos)
	if s.array {
		return s.nextElement()
	}
	if s.pos >= len(s.body) {
		return cursor{}, false
	}
	return s.nextLine()
}

func (s *items) nextElement() (cursor, bool) {
	if s.pos >= len(s.body) {
		s.err = errNotJSON // unclosed array
		return cursor{}, false
	}
	if s.body[s.pos] == ']' && s.first {
		return cursor{}, s.closeArray()
	}
	item := cursor{doc: s.doc}
	end, err := s.scanObject(s.body)
	if err != nil {
		item.err = err
		if end, err = valueEnd(s.body, s.pos); err != nil {
			s.err = err
			return cursor{}, false
		}
	}
	s.pos, s.first = end, false
	s.pos = skipBlanks(s.body, s.pos)
	switch {
	case s.pos >= len(s.body):
		s.err = errNotJSON
	case s.body[s.pos] == ',':
		s.pos++
	case s.body[s.pos] == ']':
		s.closeArray()
	default:
		s.err = errNotJSON
	}
	return item, true
}

// scanObject checks the object at s.pos.
func (s *items) scanObject(within []byte) (end int, err error) {
	if within[s.pos] != '{' {
		return 0, errShape
	}
	return s.doc.scan(within, s.pos, s.depth)
}

// closeArray ends the array. Only white space may follow it.
func (s *items) closeArray() bool {
	s.pos++
	s.pos = skipBlanks(s.body, s.pos)
	if s.pos < len(s.body) {
		s.err = errTrailing
	}
	s.array, s.pos = false, len(s.body)
	return false
}

// nextLine returns one object of NDJSON. A well-formed object may span lines; a
// malformed one ends with its line.
func (s *items) nextLine() (item cursor, ok bool) {
	item.doc = s.doc
	var end int
	if !s.byLine {
		if end, item.err = s.scanObject(s.body); item.err != nil {
			var err error
			end, err = valueEnd(s.body, s.pos)
			s.byLine = err != nil
		}
	}
	if s.byLine {
		if end, item.err = s.scanObject(s.body[:s.lineEnd()]); item.err != nil {
			end = s.pos
		}
	}
	s.pos = end
	end = s.lineEnd()
	if skipBlanks(s.body[:end], s.pos) < end {
		item.fail(errTrailing)
	}
	s.pos = end
	return item, true
}

// lineEnd returns the end of the line at s.pos.
func (s *items) lineEnd() int {
	if n := bytes.IndexByte(s.body[s.pos:], '\n'); n >= 0 {
		return s.pos + n
	}
	return len(s.body)
}

// valueEnd finds the end of the value at pos by brackets and strings only.
func valueEnd(body []byte, pos int) (end int, err error) {
	level := 0
	for i := pos; i < len(body); i++ {
		switch c := body[i]; c {
		case '{', '[':
			level++
		case '}', ']':
			if level == 0 {
				return scalarEnd(pos, i)
			}
			level--
			if level == 0 {
				return i + 1, nil
			}
		case '"':
			i++
			for ; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				} else if body[i] < ' ' {
					return 0, errNotJSON
				}
			}
			if i >= len(body) {
				return 0, errNotJSON
			}
			if level == 0 {
				return i + 1, nil
			}
		case ',', '\n':
			if level == 0 {
				return scalarEnd(pos, i)
			}
		}
	}
	if level == 0 {
		return scalarEnd(pos, len(body))
	}
	return 0, errNotJSON
}

// scalarEnd is the end of a value that is neither object, array nor string; it
// may be invalid JSON.
func scalarEnd(pos, end int) (int, error) {
	if end == pos {
		return 0, errNotJSON
	}
	return end, nil
}
