package scrub

import "strings"

// dataEnds end data.
var dataEnds = bytesOf("a")

// dataURL finds the payload of a data: URL, by the colon at i.
func dataURL(s string, i, behind int) match {
	if i < 4 || s[i-4:i] != "data" || i > 4 && is(s[i-5], alnum) {
		return match{}
	}
	high := min(len(s), i+100)
	comma := strings.IndexByte(s[i:high], ',')
	if comma < 0 || strings.ContainsAny(s[behind:i+comma], " \t\n\"'") || strings.IndexByte(s[i:i+comma], '/') < 0 {
		return match{}
	}
	start := i + comma + 1
	end := start
	for end < len(s) && !is(s[end], space) && strings.IndexByte("\"'<>)`", s[end]) < 0 {
		end++
	}
	if placeholderAt(s, start) > 0 {
		return keep(end)
	}
	return found(start, end)
}
