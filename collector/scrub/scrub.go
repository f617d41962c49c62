// Package scrub removes from what browsers report whatever could identify a person
// or give access to something, and leaves what debugging needs.
//
// Each field is normalised (invisible characters removed), scrubbed and truncated,
// in this order: nothing is cut before it is scrubbed, so that no part of a secret
// stays at a cut.
//
// What is looked for is in tables: rules of patterns for texts, numberRules for
// groups of digits, labels for the names of secret values, segmentRules for paths.
// One scanner walks over a text and asks the rules whose trigger it meets (a sign,
// a word, a run of token characters, digits), in time linear in the length of the
// text. A text in which something was replaced is scanned again until nothing
// changes. The package guarantees:
//
//   - output is valid UTF-8 without control and invisible characters,
//   - scrubbing output again does not change it,
//   - a field that is too long, or that the scrubber fails on, is dropped and
//     counted, never passed.
//
// docs/privacy.md says what is removed, docs/adr/0004-scrubbing.md why.
package scrub

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// DefaultMaxInput is the longest field, in bytes, that is scrubbed; a longer one is
// dropped. It is what a request body may inflate to.
const DefaultMaxInput = 256 << 10

// maxRounds is how often a text is scanned to settle. Two rounds are normal: one
// that changes the text, one that finds nothing more.
const maxRounds = 6

// Config configures a Scrubber; the zero value is fine.
type Config struct {
	// KeepParams are the exact names of the query parameters that stay in a URL.
	// Their values are scrubbed like any text.
	KeepParams []string
	// PersonWords are path segments, beside the built-in ones, after which a
	// segment identifies a person: with "guests", /guests/jane becomes /guests/:id.
	PersonWords []string
	// MaxInput is the longest field in bytes; 0 means DefaultMaxInput.
	MaxInput int
}

// Scrubber scrubs fields. Safe for concurrent use.
type Scrubber struct {
	*tables
	pseudonyms Pseudonyms
}

// tables are what a scrubber looks for, and what it counts.
type tables struct {
	keep     map[string]bool
	person   *wordSet
	maxInput int
	counts   [numKinds]atomic.Uint64
	scans    sync.Pool

	textRules, segmentRules *ruleSet
}

// New makes a Scrubber. It returns an error if a parameter or a word can never
// match.
func New(c Config) (*Scrubber, error) {
	s := &Scrubber{tables: &tables{keep: map[string]bool{}, person: words(""), maxInput: c.MaxInput}}
	s.textRules, s.segmentRules = newRuleSet(rules, numberRules, false), newRuleSet(rules, numberRules, true)
	if s.maxInput <= 0 {
		s.maxInput = DefaultMaxInput
	}
	for _, p := range c.KeepParams {
		if p == "" || strings.ContainsAny(p, "&=#? ") {
			return nil, fmt.Errorf("query parameter %q: not a bare name: use one such as utm_source", p)
		}
		s.keep[p] = true
	}
	for _, w := range c.PersonWords {
		if w == "" || len(w) >= maxWord || strings.ContainsAny(w, "/?# ") {
			return nil, fmt.Errorf("person word %q: not a path segment under %d bytes: use one such as guests", w, maxWord)
		}
		s.person.insert(strings.ToLower(w))
	}
	s.scans.New = func() any { return &scan{scrubber: s, rules: s.textRules} }
	return s, nil
}

// Text scrubs a message, a name, any string, to at most max bytes (0: no limit).
func (s *Scrubber) Text(text string, max int) string {
	return s.field(text, max, (*scan).text, nil)
}

// Stack scrubs a stack trace to at most max bytes (0: no limit). Frames keep
// their function, file, line and column; other lines are scrubbed as text.
func (s *Scrubber) Stack(stack string, max int) string {
	return s.field(stack, max, (*scan).stack, nil)
}

// URL scrubs the URL of a request: it gives https://host/path, with the template of
// the path (/users/:id), without userinfo, query (except for [Config].KeepParams)
// and fragment. A relative URL stays relative.
func (s *Scrubber) URL(url string) string {
	return s.field(url, 0, (*scan).urlField, nil)
}

// Page gives the page dimension of a URL or route: the template of its path.
func (s *Scrubber) Page(url string) string {
	return s.field(url, 0, (*scan).page, nil)
}

// MaxTagKey and MaxTagValue are the longest tags, in bytes.
const (
	MaxTagKey   = 64
	MaxTagValue = 200
)

// Tag scrubs a tag. Its key keeps letters, digits, '_', '-' and '.'; the value of
// a key that names a secret (password, token, …) or a person (user_id, customer_name,
// …) is replaced. ok is false if
// nothing usable is left: the key or value is empty, or the key is personal.
func (s *Scrubber) Tag(key, value string) (k, v string, ok bool) {
	k = s.Text(tagKey(strings.TrimSpace(key)), MaxTagKey)
	if k == "" || strings.ContainsAny(k, "[]…") {
		return "", "", false
	}
	v = strings.TrimSpace(s.field(value, MaxTagValue, (*scan).line, nil))
	if v == "" {
		return "", "", false
	}
	raw, whole := strings.TrimSpace(value), placeholderAt(v, 0) == len(v)
	if kind, ok := tagKind(strings.TrimSpace(key), raw); ok && (!whole || kind == ID && vaguePlaceholders[v]) && (!isHarmless(raw) || isUnspacedProse(raw)) {
		s.counts[kind].Add(1)
		if v = placeholders[kind]; kind == ID {
			v = s.pseudonyms.placeholder(raw)
		}
	}
	return k, v, true
}

// vaguePlaceholders say less about a value than a label of identifiers does.
var vaguePlaceholders = map[string]bool{
	placeholders[UUID]: true, placeholders[ULID]: true, placeholders[Token]: true, placeholders[Phone]: true,
}

// tagKind says whether the value of a tag is what its key names, and gives the kind
// that replaces it.
func tagKind(key, value string) (Kind, bool) {
	l := labelOf(key)
	if l == nil {
		l = foreignLabel(key)
	}
	switch {
	case l == nil || l == contactLabel:
		return contactKind(key, value)
	case l.tags:
		return l.kind, true
	case !l.isPersonal() && l != coordinateLabel:
		return 0, false
	}
	s := key + `="` + value + `"`
	p := &pair{s: s, label: l, sep: len(key), start: len(key) + 2, end: len(s) - 1, quoted: true}
	return p.accepted()
}

// contactKind gives the kind of a tag's value if the key names an e-mail address or a
// telephone and the value is written as one, if only for people: aoife at x.ie.
func contactKind(key, value string) (Kind, bool) {
	kind, _ := fieldKind(key)
	if kind == Email {
		return kind, strings.IndexByte(value, '@') >= 0 || strings.IndexByte(value, '.') > 0 && containsFold(value, " at ")
	}
	return kind, kind == Phone && countDigits(value) >= 6 && !hasLetter(value)
}

func containsFold(s, part string) bool { return strings.Contains(strings.ToLower(s), part) }

// tagKey replaces what a key may not have by _. The @ stays, so that an e-mail
// address in it is found.
func tagKey(key string) string {
	for i := 0; i < len(key); i++ {
		if !isKeyByte(key[i]) {
			b := []byte(normalise(key))
			for i, c := range b {
				if !isKeyByte(c) {
					b[i] = '_'
				}
			}
			return string(b)
		}
	}
	return key
}

func isKeyByte(c byte) bool { return is(c, alnum) || c == '_' || c == '-' || c == '.' || c == '@' }

// Counts gives the number of redactions since the start by kind, 0 for kinds that
// were never found.
func (s *Scrubber) Counts() map[string]uint64 {
	m := make(map[string]uint64, numKinds)
	for k := range s.counts {
		m[kindNames[k]] = s.counts[k].Load()
	}
	return m
}

// Result is a scrubbed field, and what was removed from it.
type Result struct {
	Text       string         `json:"text"`
	Redactions map[string]int `json:"redactions"`
}

// Explain scrubs text as the collector does, without a limit of length, and reports
// what it removed. kind is message, stack, url or tag (a tag's value, or key=value).
func (s *Scrubber) Explain(kind, text string) (Result, error) {
	var scrub func(*scan, string) string
	switch kind {
	case "message":
		scrub = (*scan).text
	case "stack":
		scrub = (*scan).stack
	case "url":
		scrub = (*scan).urlField
	case "tag":
		scrub = (*scan).line
	default:
		return Result{}, fmt.Errorf("kind %q: unknown: use message, stack, url or tag", kind)
	}
	var t tally
	r := Result{Text: s.field(text, 0, scrub, &t), Redactions: map[string]int{}}
	for k, n := range t {
		if n > 0 {
			r.Redactions[kindNames[k]] = int(n)
		}
	}
	return r, nil
}

// field scrubs any field: it checks the length, normalises, scrubs and truncates
// until nothing changes, and counts. A field that cannot be scrubbed is dropped.
func (s *Scrubber) field(text string, max int, once func(*scan, string) string, explain *tally) (out string) {
	if text == "" {
		return ""
	}
	if len(text) > s.maxInput {
		return s.drop(explain)
	}
	sc := s.scans.Get().(*scan)
	sc.tally, sc.pseudonyms = tally{}, s.pseudonyms
	defer func() {
		if recover() != nil { // sc may be inconsistent: it does not return to the pool
			out = s.drop(explain)
		}
	}()
	out = normalise(text)
	sc.changed = fullExtent(out)
	for round := 0; ; round++ {
		whole := once(sc, out)
		next := truncate(whole, max)
		if len(next) < len(whole) {
			sc.changed = extent{min(sc.changed.low, len(next)), len(next)}
		}
		if next == out {
			break
		}
		if round == maxRounds {
			return s.drop(explain)
		}
		out = next
	}
	for k, n := range sc.tally {
		if n > 0 {
			s.counts[k].Add(uint64(n))
		}
	}
	if explain != nil {
		explain.merge(&sc.tally)
	}
	sc.release()
	s.scans.Put(sc)
	return out
}

func (s *Scrubber) drop(explain *tally) string {
	s.counts[Dropped].Add(1)
	if explain != nil {
		explain[Dropped]++
	}
	return ""
}
