package wire

import "errors"

var (
	errTrailing = errors.New("there is something after the end of the JSON value")
	errNotJSON  = errors.New("body is not JSON")
)

// items cuts a body into its JSON values without reading them: the elements of
// one array, one object, or one object a line (NDJSON). Each value can then be
// refused alone. It makes one pass, looks only at brackets and strings, and
// bounds the depth before anything recursive sees the value.
type items struct {
	body  []byte
	pos   int
	depth int // allowed within an item
	array bool
	lines bool // an item did not end where it should: go by lines
	first bool
	err   error // the rest of the body cannot be cut
}

func cut(body []byte, depth int) *items {
	s := &items{body: body, depth: depth, first: true}
	s.blanks()
	if s.pos < len(body) && body[s.pos] == '[' {
		s.array, s.pos, s.depth = true, s.pos+1, depth-1
	}
	return s
}

// next returns the next item; ok is false at the end, and s.err then says
// whether the body broke off. A nil item could not be cut out and is malformed.
func (s *items) next() (item []byte, ok bool) {
	if s.err != nil {
		return nil, false
	}
	s.blanks()
	if s.array {
		return s.element()
	}
	if s.pos >= len(s.body) {
		return nil, false
	}
	return s.line()
}

func (s *items) element() ([]byte, bool) {
	if s.pos >= len(s.body) {
		s.err = errNotJSON // the array was not closed
		return nil, false
	}
	if s.body[s.pos] == ']' && s.first {
		return nil, s.close()
	}
	end, deep, err := s.value(s.pos)
	if err != nil {
		s.err = err
		return nil, false
	}
	item := s.body[s.pos:end]
	if deep {
		item = nil
	}
	s.pos, s.first = end, false
	s.blanks()
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

// close ends the array. Nothing but blanks may follow it.
func (s *items) close() bool {
	s.pos++
	s.blanks()
	if s.pos < len(s.body) {
		s.err = errTrailing
	}
	s.array, s.pos = false, len(s.body)
	return false
}

// line returns one object of NDJSON, which may also be spread over lines when
// it is well-formed. A broken one ends with its line.
func (s *items) line() ([]byte, bool) {
	start := s.pos
	if !s.lines {
		end, deep, err := s.value(start)
		if err == nil {
			s.pos = end
			if empty := s.restOfLine(); deep || !empty {
				return nil, true
			}
			return s.body[start:end], true
		}
		s.lines = true
	}
	end := start
	for end < len(s.body) && s.body[end] != '\n' {
		end++
	}
	s.pos = end
	stop, deep, err := (&items{body: s.body[:end], depth: s.depth}).value(start)
	if err != nil || deep {
		return nil, true
	}
	for _, c := range s.body[stop:end] {
		if !blank(c) {
			return nil, true
		}
	}
	return s.body[start:stop], true
}

// restOfLine moves to the end of the line and says whether it was empty.
func (s *items) restOfLine() bool {
	empty := true
	for s.pos < len(s.body) && s.body[s.pos] != '\n' {
		empty = empty && blank(s.body[s.pos])
		s.pos++
	}
	return empty
}

// value finds the end of the value at pos, and whether it is nested too deeply.
func (s *items) value(pos int) (end int, deep bool, err error) {
	level, deepest := 0, 0
	for i := pos; i < len(s.body); i++ {
		switch c := s.body[i]; c {
		case '{', '[':
			level++
			deepest = max(deepest, level)
		case '}', ']':
			if level == 0 {
				return scalarEnd(pos, i)
			}
			level--
			if level == 0 {
				return i + 1, deepest > s.depth, nil
			}
		case '"':
			i++
			for ; i < len(s.body) && s.body[i] != '"'; i++ {
				if s.body[i] == '\\' {
					i++
				} else if s.body[i] < ' ' {
					return 0, false, errNotJSON
				}
			}
			if i >= len(s.body) {
				return 0, false, errNotJSON
			}
			if level == 0 {
				return i + 1, false, nil
			}
		case ',', '\n':
			if level == 0 {
				return scalarEnd(pos, i)
			}
		}
	}
	if level == 0 {
		return scalarEnd(pos, len(s.body))
	}
	return 0, false, errNotJSON
}

// scalarEnd is the end of something that is neither object, array nor string.
// It may well be no JSON: whoever reads the item finds out.
func scalarEnd(pos, end int) (int, bool, error) {
	if end == pos {
		return 0, false, errNotJSON
	}
	return end, false, nil
}

func (s *items) blanks() {
	for s.pos < len(s.body) && blank(s.body[s.pos]) {
		s.pos++
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
