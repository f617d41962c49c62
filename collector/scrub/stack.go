package scrub

import "strings"

// stack is one round over a stack trace. Frames are parsed first: what stands
// where a frame has its address is an address, whatever is in it, blanks and
// quotes in its query too. The rest is scrubbed as text, all of it together,
// because a secret may span lines.
func (sc *scan) stack(s string) string {
	from, to := sc.collect(s)
	for i := lineStart(s, from); i < to; {
		end := i + strings.IndexByte(s[i:], '\n')
		if end < i {
			end = len(s)
		}
		line := s[i:end]
		if indexEither(line, '?', '#') < 0 {
			i = end + 1
			continue // nothing to hide in the address
		}
		if a, b := location(line); a < b && addressEnd(s, i+a) != i+b {
			sc.rewriteURL(s, i+a, i+b) // else it was found as it stands
		}
		i = end + 1
	}
	return sc.replace(s)
}

// location gives where a line that is a frame has its address; nothing if the
// line is none:
//
//	at fn (https://host/app.js:1:2)   V8, also "at async fn (…)" and "at https://…"
//	fn@https://host/app.js:1:2        Gecko, WebKit
func location(line string) (int, int) {
	end := len(strings.TrimRight(line, " \t"))
	start := 0
	for start < end && is(line[start], space) {
		start++
	}
	if strings.HasPrefix(line[start:end], "at ") {
		start += len("at ")
		if end > start && line[end-1] == ')' {
			end--
			open := strings.Index(line[start:end], " (")
			if open < 0 {
				return 0, 0
			}
			start += open + len(" (")
		} else if strings.HasPrefix(line[start:end], "async ") {
			start += len("async ")
		}
	} else {
		at := strings.Index(line[start:end], "@")
		for at >= 0 && !addressed(line[start+at+1:end]) {
			next := strings.IndexByte(line[start+at+1:end], '@')
			if next < 0 || at > 256 {
				return 0, 0
			}
			at += 1 + next
		}
		if at < 0 || strings.IndexByte(line[start:start+at], ' ') >= 0 && !strings.HasSuffix(line[start:start+at], " code") {
			return 0, 0
		}
		start += at + 1
	}
	if !addressed(line[start:end]) || lineColumn(line[start:end]) == "" {
		return 0, 0
	}
	return start, end
}

// addressed says whether s begins with a scheme and //.
func addressed(s string) bool {
	i := strings.Index(s[:min(len(s), 32)], "://")
	if i <= 0 || !is(s[0], letter) {
		return false
	}
	for k := range i {
		if !is(s[k], alnum) && strings.IndexByte("+-.", s[k]) < 0 {
			return false
		}
	}
	return true
}
