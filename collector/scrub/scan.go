package scrub

import "strings"

// scan is the state of scrubbing one field.
type scan struct {
	scrubber *Scrubber
	tally    tally
}

func (sc *scan) text(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if at := strings.IndexByte(w, '@'); at > 0 && strings.Contains(w[at:], ".") && !isAt(w, len(w)-1, digit) {
			words[i] = placeholders[Email]
			sc.tally[Email]++
		}
	}
	return strings.Join(words, " ")
}

func (sc *scan) line(s string) string  { return sc.text(strings.ReplaceAll(s, "\n", " ")) }
func (sc *scan) stack(s string) string { return sc.text(s) }

func (sc *scan) url(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
		sc.tally[Query]++
	}
	return s
}

func (sc *scan) page(s string) string {
	s = sc.url(s)
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
		if i = strings.IndexByte(s, '/'); i < 0 {
			return "/"
		}
		s = s[i:]
	}
	return s
}
