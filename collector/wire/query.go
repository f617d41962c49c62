package wire

import (
	"net/url"
	"strings"
)

// queryParameter finds one parameter of a query without parsing all of it.
func queryParameter(query, name string) string {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return unescapeForm(value)
		}
	}
	return ""
}

// unescapeForm unescapes a parameter. Without escapes it is free.
func unescapeForm(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return plain
}
