package wire

import "bytes"

// items cuts a body into the JSON objects that it holds: the elements of one
// array, one object, or one object a line (NDJSON). Each can then be refused
// alone. A well-formed one is cut and checked at once; only after one that
// is not is its end looked for by brackets and strings alone.
type items struct {
	doc   *document
	body  []byte
	pos   int
	depth int // allowed within an item
	array bool
	lines bool // an item did not end where it should: go by lines
	first bool
	err   error // the rest of the body cannot be cut
}

// cut begins to cut a body. Release its document after the last item.
func cut(body []byte, depth int) items {
	s := items{doc: documents.Get().(*document), body: body, depth: depth, first: true}
	s.pos = blanks(s.body, s.pos)
	if s.pos < len(body) && body[s.pos] == '[' {
		s.array, s.pos, s.depth = true, s.pos+1, depth-1
	}
	return s
}

// next begins to walk through the next item; ok is false at the end, and s.err
// then says whether the body broke off. A malformed item walks as an error.
func (s *items) next() (c cursor, ok bool) {
	if s.err != nil {
		return cursor{}, false
	}
	s.pos = blanks(s.body, s.pos)
	if s.array {
		return s.element()
	}
	if s.pos >= len(s.body) {
		return cursor{}, false
	}
	return s.line()
}

func (s *items) element() (cursor, bool) {
	if s.pos >= len(s.body) {
		s.err = errNotJSON // the array was not closed
		return cursor{}, false
	}
	if s.body[s.pos] == ']' && s.first {
		return cursor{}, s.close()
	}
	item := cursor{doc: s.doc}
	end, err := s.object(s.body)
	if err != nil {
		item.err = err
		if end, err = valueEnd(s.body, s.pos); err != nil {
			s.err = err
			return cursor{}, false
		}
	}
	s.pos, s.first = end, false
	s.pos = blanks(s.body, s.pos)
	switch {
	case s.pos >= len(s.body):
		s.err = errNotJSON
	case s.body[s.pos] == ',':
		s.pos++
	case s.body[s.pos] == ']':
		s.close()
	default:
		s.err = errNotJSON
	}
	return item, true
}

// object checks the object that begins here.
func (s *items) object(within []byte) (end int, err error) {
	if within[s.pos] != '{' {
		return 0, errShape
	}
	return s.doc.scan(within, s.pos, s.depth)
}

// close ends the array. Nothing but blanks may follow it.
func (s *items) close() bool {
	s.pos++
	s.pos = blanks(s.body, s.pos)
	if s.pos < len(s.body) {
		s.err = errTrailing
	}
	s.array, s.pos = false, len(s.body)
	return false
}

// line returns one object of NDJSON, which may also be spread over lines when
// it is well-formed. A broken one ends with its line.
func (s *items) line() (item cursor, ok bool) {
	item.doc = s.doc
	var end int
	if !s.lines {
		if end, item.err = s.object(s.body); item.err != nil {
			var err error
			end, err = valueEnd(s.body, s.pos)
			s.lines = err != nil
		}
	}
	if s.lines {
		if end, item.err = s.object(s.body[:s.lineEnd()]); item.err != nil {
			end = s.pos
		}
	}
	s.pos = end
	end = s.lineEnd()
	if blanks(s.body[:end], s.pos) < end {
		item.fail(errTrailing)
	}
	s.pos = end
	return item, true
}

// lineEnd is where the line ends that pos is in.
func (s *items) lineEnd() int {
	if n := bytes.IndexByte(s.body[s.pos:], '\n'); n >= 0 {
		return s.pos + n
	}
	return len(s.body)
}

// valueEnd finds the end of the value at pos by brackets and strings alone.
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

// scalarEnd is the end of something that is neither object, array nor string,
// and may well be no JSON.
func scalarEnd(pos, end int) (int, error) {
	if end == pos {
		return 0, errNotJSON
	}
	return end, nil
}
