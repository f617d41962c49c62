package scrub

import "strings"

// windowsHome finds the name of a home directory by the \ at i: C:\Users\jane.
func windowsHome(s string, i, _ int) match {
	users := i
	for users > 0 && i-users < 5 && is(s[users-1], letter) {
		users--
	}
	if !strings.EqualFold(s[users:i], "users") || users == 0 || s[users-1] != '\\' && s[users-1] != '/' {
		return match{}
	}
	start := i
	for start < len(s) && start-i < 2 && s[start] == '\\' {
		start++
	}
	end := start
	for end < len(s) && end-start < 64 && strings.IndexByte("\\/\n\"'<>|:*?", s[end]) < 0 {
		end++
	}
	if end == start || end == len(s) && strings.IndexByte(s[start:end], ' ') >= 0 || placeholderAt(s, start) > 0 {
		return match{}
	}
	switch strings.ToLower(s[start:end]) {
	case "public", "default", "all users":
		return match{}
	}
	return found(start, end)
}

// usersEnds end Users.
var usersEnds = bytesOf("sS")

// isHome says whether a segment is the name of a home directory: /home/jane,
// /Users/jane, C:/Users/jane, in the path of a source file.
func isHome(_ *scan, g *segment) bool {
	switch g.before {
	case "home", "Users":
		return (g.source || g.of.disk) && g.text != "shared" && g.text != "Shared" && g.text != "Public" &&
			!hasExtension(g.text) && g.rest != ""
	}
	return false
}
