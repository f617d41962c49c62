package sourcemap

import (
	"net/url"
	"strconv"
	"strings"
)

// place is the position in a bundle that a line of a stack names.
type place struct {
	function     string // in the stack, usually minified
	file         string // path of the bundle's URL, without its first slash
	line, column int    // from 1
}

// parseLine parses a line of a stack of Chromium ("at pay (URL:1:2)",
// "at URL:1:2"), or of Firefox and Safari ("pay@URL:1:2").
func parseLine(line string) (p place, ok bool) {
	line = strings.TrimSpace(line)
	var where string
	if rest, chromium := strings.CutPrefix(line, "at "); chromium {
		if p.function, where, ok = strings.Cut(rest, " ("); !ok {
			p.function, where = "", rest
		}
		where = strings.TrimSuffix(where, ")")
		p.function, _, _ = strings.Cut(p.function, " [as ")
		p.function = strings.TrimPrefix(strings.TrimPrefix(p.function, "async "), "new ")
	} else if p.function, where, ok = strings.Cut(line, "@"); !ok {
		return place{}, false
	}
	p.function = p.function[strings.LastIndexAny(p.function, "./<*")+1:]
	var column, number string
	if where, column, ok = cutLastColon(where); !ok {
		return place{}, false
	}
	if where, number, ok = cutLastColon(where); !ok {
		return place{}, false
	}
	var err error
	if p.line, err = strconv.Atoi(number); err != nil || p.line < 1 {
		return place{}, false
	}
	if p.column, err = strconv.Atoi(column); err != nil || p.column < 1 {
		return place{}, false
	}
	u, err := url.Parse(where)
	if err != nil || u.Opaque != "" {
		return place{}, false
	}
	p.file = strings.TrimPrefix(u.Path, "/")
	return p, p.file != "" && len(p.file) <= maxName
}

func cutLastColon(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
