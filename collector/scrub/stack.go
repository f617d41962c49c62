package scrub

import "strings"

// stack is one round over a stack trace. All of it is scrubbed as text, because a
// secret may span lines. What a frame has as its URL is rewritten as one, even if
// its query has blanks and quotes, which end a URL in other texts.
func (sc *scan) stack(s string) string {
	from, to := sc.collect(s)
	for i := lineStart(s, from); i < to; {
		end := lineEnd(s, i)
		line := s[i:end]
		if indexEither(line, '?', '#') >= 0 { // else nothing in the URL is hidden
			if a, b := frameURL(line); a < b && urlEnd(s, i+a) != i+b {
				sc.rewriteURL(s, i+a, i+b) // else it was found as text
			}
		}
		i = end + 1
	}
	return sc.replace(s)
}

// frameURL gives where a line that is a frame has its URL; nothing if it is not one:
//
//	at fn (https://host/app.js:1:2)   V8, also "at async fn (…)" and "at https://…"
//	fn@https://host/app.js:1:2        Gecko, WebKit
func frameURL(line string) (start, end int) {
	end = len(strings.TrimRight(line, " \t"))
	for start < end && is(line[start], space) {
		start++
	}
	if strings.HasPrefix(line[start:end], "at ") {
		start, end = v8URL(line, start+len("at "), end)
	} else {
		start = geckoURL(line[:end], start)
	}
	if start < 0 || !hasScheme(line[start:end]) || lineColumn(line[start:end]) == "" {
		return 0, 0
	}
	return start, end
}

// v8URL gives where the URL of a frame of V8 is that names its function, or async,
// from start to end; start is -1 if there is none.
func v8URL(line string, start, end int) (int, int) {
	if line[end-1] != ')' {
		if strings.HasPrefix(line[start:end], "async ") {
			start += len("async ")
		}
		return start, end
	}
	end--
	open := strings.Index(line[start:end], " (")
	if open < 0 {
		return -1, end
	}
	return start + open + len(" ("), end
}

// geckoURL gives where the URL of a frame of Gecko or WebKit begins, -1 if there is
// none: behind the first @ before a scheme. Of the names before it, those of "eval
// code" and the like alone have blanks.
func geckoURL(line string, start int) int {
	at := strings.IndexByte(line[start:], '@')
	for at >= 0 && !hasScheme(line[start+at+1:]) {
		next := strings.IndexByte(line[start+at+1:], '@')
		if next < 0 || at > 256 {
			return -1
		}
		at += 1 + next
	}
	name := line[start : start+max(at, 0)]
	if at < 0 || strings.IndexByte(name, ' ') >= 0 && !strings.HasSuffix(name, " code") {
		return -1
	}
	return start + at + 1
}

// hasScheme says whether s begins with a scheme and ://.
func hasScheme(s string) bool {
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
