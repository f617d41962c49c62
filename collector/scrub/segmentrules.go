package scrub

import "strings"

// segmentRule is a named pattern of segments of paths.
type segmentRule struct {
	name  string
	kind  Kind         // of the parameter that replaces the segment
	keep  bool         // the segment stays
	needs segmentSigns // which the segment has; it saves time

	matches func(sc *scan, g *segment) bool
	// judge, in place of matches, gives what replaces the segment (empty: it stays)
	// and its kind; ok is false if the rule does not match.
	judge func(sc *scan, g *segment) (out string, kind Kind, ok bool)
}

// segmentSigns are signs of a segment, as bits.
type segmentSigns uint8

const (
	digits segmentSigns = 1 << iota
	at
	dash
	ext // of a file
)

func (g *segment) signs() (signs segmentSigns) {
	if g.ext != "" {
		signs = ext
	}
	for i := range len(g.text) {
		switch c := g.text[i]; {
		case is(c, digit):
			signs |= digits
		case c == '@':
			signs |= at
		case c == '-':
			signs |= dash
		}
	}
	return signs
}

// segmentRules are what segments are asked about, in this order: the first that
// matches decides. A segment that none matches stays.
var segmentRules = []segmentRule{
	{name: "coordinate", kind: Geo, matches: isCoordinateSegment},
	{name: "number of the code", needs: digits, keep: true, matches: isCodeNumber},
	{name: "number", needs: digits, kind: ID, matches: func(_ *scan, g *segment) bool { return allDigits(g.text) }},
	{name: "id of a build", keep: true, matches: isBuildID},
	{name: "UUID", needs: dash, kind: UUID, matches: func(_ *scan, g *segment) bool { return isUUID(withoutBraces(g.text)) }},
	{name: "ULID", needs: digits, kind: ULID, matches: func(_ *scan, g *segment) bool { return isULID(g.text) }},
	{name: "@", needs: at, judge: judgeAt},
	{name: "~name", kind: ID, matches: func(_ *scan, g *segment) bool { return len(g.text) > 1 && g.text[0] == '~' && !g.source }},
	{name: "home directory", kind: ID, matches: isHome},
	{name: "person", kind: ID, matches: isPerson},
	{name: "member of a group", needs: dash, kind: ID, matches: isTeamMate},
	{name: "IPv4", needs: digits, kind: IP, matches: func(_ *scan, g *segment) bool { return ipv4Len(g.text, 0) == len(g.text) }},
	{name: "version", needs: digits, keep: true, matches: func(_ *scan, g *segment) bool { return isVersion(g.text) }},
	{name: "date", needs: digits | dash, keep: true, matches: func(_ *scan, g *segment) bool { return isISODate(g.text) }},
	{name: "built file", needs: ext, keep: true, matches: isChunk},
	{name: "named file", needs: ext, judge: judgeFile},
	{name: "page of an error", needs: digits | ext, keep: true, matches: isErrorPage},
	{name: "numbered file", needs: ext, judge: judgeNumberedFile},
	{name: "part of a source's path", judge: judgeSource},
	{name: "random", judge: judgeRandom},
	{name: "code of an item", needs: digits, kind: ID, matches: isItemCode},
	{name: "id in a slug", needs: digits, judge: judgeSlug},
}

// template gives what replaces a decoded segment, and its kind; empty if it stays.
func (sc *scan) template(g *segment) (string, Kind) {
	g.splitExtension()
	signs := g.signs()
	for i := range segmentRules {
		r := &segmentRules[i]
		if r.needs&^signs != 0 {
			continue
		}
		if r.judge != nil {
			if out, kind, ok := r.judge(sc, g); ok {
				return out, kind
			}
			continue
		}
		switch {
		case !r.matches(sc, g):
		case r.keep:
			return "", 0
		default:
			return params[r.kind], r.kind
		}
	}
	return "", 0
}

// isCodeNumber says whether a segment is a chunk, or the status or number of an error.
func isCodeNumber(sc *scan, g *segment) bool {
	if !allDigits(g.text) {
		return false
	}
	if g.source && !sc.isAfterPersonWord(g) {
		return true
	}
	switch g.before {
	case "errors", "error", "status":
		return len(g.text) <= 3
	}
	return false
}

func isBuildID(_ *scan, g *segment) bool {
	return g.source && buildWords.has(g.before) && (isUUID(g.text) || isULID(g.text))
}

func withoutBraces(s string) string {
	if len(s) > 2 && s[0] == '{' {
		return s[1 : len(s)-1]
	}
	return s
}

func isPerson(sc *scan, g *segment) bool {
	return !g.source && sc.isAfterPersonWord(g) && !isPage(g.pageName()) && !isVersion(g.text) && !isFieldName(g.text)
}

// isFieldName says whether v is a name of a field, as in the pointers of validators:
// /user/firstName.
func isFieldName(v string) bool { return hasInnerCapital(v) && labelOf(v) != nil }

// isTeamMate says whether a segment behind a word for a group is a name of a person:
// /team/priya-sharma, not /team/engineering.
func isTeamMate(_ *scan, g *segment) bool {
	if g.source || !groupWords.has(g.before) {
		return false
	}
	parts := 0
	for part := range strings.FieldsFuncSeq(g.pageName(), isWordDivider) {
		if len(part) < 2 || !allLetters(part) || isPageWord(part) || joinWords.has(part) || groupThings.has(part) {
			return false
		}
		parts++
	}
	return parts == 2 || parts == 3
}

func allLetters(s string) bool {
	for i := range len(s) {
		if !is(s[i], letter) && s[i] < 0x80 {
			return false
		}
	}
	return true
}

// pageName is the segment without the extension of a document: pricing.html.
func (g *segment) pageName() string {
	if documentExtensions.has(g.ext) {
		return g.stem
	}
	return g.text
}

// judgeAt judges a segment with an @: an address, a person's handle, a package, a
// version of one, or a picture's density.
func judgeAt(sc *scan, g *segment) (string, Kind, bool) {
	i := strings.IndexByte(g.text, '@')
	if kind, found := sc.secretKind(g.text); found {
		if kind != Geo { // a map's @52.52,13.40,12z
			kind = Email
		}
		return params[kind], kind, true
	}
	if i == 0 { // @scope/pkg
		if g.source || g.before == "npm" || g.before == "node_modules" || isPackage(g.rest) {
			return "", 0, true
		}
		return params[ID], ID, true
	}
	if isPackageTag(g.text[i+1:]) || g.source || g.last && hasExtension(g.text) {
		return "", 0, true
	}
	return params[Email], Email, true
}

// isPackageTag says whether s behind an @ is a version: pkg@1.2.3, logo@2x.png.
func isPackageTag(s string) bool {
	switch s {
	case "latest", "next", "beta", "canary":
		return true
	}
	return isAt(strings.TrimPrefix(s, "v"), 0, digit)
}

// isPackage says whether a path begins with the name and version of a package.
func isPackage(path string) bool {
	next, _, _ := strings.Cut(path, "/")
	i := strings.IndexByte(next, '@')
	return i > 0 && isAt(next, i+1, alnum)
}

// isChunk says whether a segment is a file of a build with a UUID as its name.
func isChunk(_ *scan, g *segment) bool {
	return codeExtensions.has(g.ext) && isUUID(g.stem)
}

// judgeFile judges a source file, or a picture with another name than a number:
// authors name them, so only secrets are replaced.
func judgeFile(sc *scan, g *segment) (string, Kind, bool) {
	named := !isUUID(g.stem) && (!allDigits(g.stem) || len(g.stem) < 4)
	if !codeExtensions.has(g.ext) && !(mediaExtensions.has(g.ext) && named) {
		return "", 0, false
	}
	return sc.judgeSecret(g.text)
}

// judgeNumberedFile judges a picture or a document with a number as its name.
func judgeNumberedFile(_ *scan, g *segment) (string, Kind, bool) {
	switch {
	case allDigits(g.stem):
		return params[ID] + "." + g.ext, ID, true
	case isUUID(g.stem):
		return params[UUID] + "." + g.ext, UUID, true
	}
	return "", 0, false
}

// judgeSource judges a directory or a document in the path of a source: it stays
// unless it has a secret. The directory of a build may look like one.
func judgeSource(sc *scan, g *segment) (string, Kind, bool) {
	if !g.source {
		return "", 0, false
	}
	out, kind, _ := sc.judgeSecret(g.text)
	if (kind == Token || kind == UUID || kind == ULID) && buildWords.has(g.before) {
		return "", 0, true
	}
	return out, kind, true
}

// judgeSecret always decides: a segment with a secret is replaced.
func (sc *scan) judgeSecret(s string) (string, Kind, bool) {
	kind, found := sc.secretKind(s)
	if !found {
		return "", 0, true
	}
	return params[kind], kind, true
}

// judgeRandom judges a segment that looks as if no author wrote it, or has a secret.
func judgeRandom(sc *scan, g *segment) (string, Kind, bool) {
	kind, ok := randomKind(g.stem)
	if !ok || kind != ID {
		if k, found := sc.secretKind(g.text); found && (!ok || k != Token) {
			kind, ok = k, true
		}
	}
	if !ok {
		return "", 0, false
	}
	out := params[kind]
	if g.ext != "" {
		out += "." + g.ext
	}
	return out, kind, true
}
