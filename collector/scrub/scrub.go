// Package scrub takes out of what browsers report everything that could name a
// person or open a door, and leaves what debugging needs.
//
// The order is always the same: normalise (invisible characters out), scrub,
// truncate. Nothing is cut before it was scrubbed, so no secret escapes by
// standing on a cut. Each text is scanned once by scanners around anchor bytes
// (digits, @, :, =, /), in time linear in its length; a text in which
// something was replaced is scanned again until nothing changes, so scrubbing
// is idempotent. The package promises:
//
//   - output is valid UTF-8 without control and invisible characters,
//   - scrubbing what was scrubbed changes nothing,
//   - a field that is over the budget, or that the scrubber fails on, is dropped
//     and counted, never passed.
//
// docs/privacy.md says what is taken out, docs/adr/0004-scrubbing.md why so.
package scrub

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// DefaultMaxInput is the longest field, in bytes, that is looked at; a longer
// one is dropped. It is what a request body may inflate to.
const DefaultMaxInput = 256 << 10

// rounds is how often a text is scanned for it to settle. Two are the rule: one
// that changes it, one that finds nothing more.
const rounds = 6

// Config configures a Scrubber; the zero value is fine.
type Config struct {
	// KeepParams are the query parameters that may stay in a URL, by their
	// exact names. Their values are scrubbed like any text.
	KeepParams []string
	// PersonWords are path segments, beside the built-in ones, after which a
	// segment names a person: with "guests", /guests/jane becomes /guests/:id.
	PersonWords []string
	// MaxInput is the longest field in bytes; 0 means DefaultMaxInput.
	MaxInput int
}

// Scrubber scrubs fields. Safe for concurrent use.
type Scrubber struct {
	keep     map[string]bool
	person   *wordSet
	maxInput int
	counts   [numKinds]atomic.Uint64
	scans    sync.Pool

	textRules, segmentRules *ruleSet
}

// New makes a Scrubber. It fails on a parameter or word that could never match.
func New(c Config) (*Scrubber, error) {
	s := &Scrubber{keep: map[string]bool{}, person: words(""), maxInput: c.MaxInput}
	s.textRules, s.segmentRules = newRuleSet(rules, numberRules, false), newRuleSet(rules, numberRules, true)
	if s.maxInput <= 0 {
		s.maxInput = DefaultMaxInput
	}
	for _, p := range c.KeepParams {
		if p == "" || strings.ContainsAny(p, "&=#? ") {
			return nil, fmt.Errorf("query parameter %q: give the bare name, as in utm_source", p)
		}
		s.keep[p] = true
	}
	for _, w := range c.PersonWords {
		if w == "" || len(w) >= maxWord || strings.ContainsAny(w, "/?# ") {
			return nil, fmt.Errorf("person word %q: give one path segment under %d bytes, as in guests", w, maxWord)
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

// URL scrubs the address of a request: https://host/path, the path templated
// (/users/:id), without userinfo, query (but for [Config].KeepParams) and
// fragment. A relative address stays relative.
func (s *Scrubber) URL(url string) string {
	return s.field(url, 0, (*scan).urlField, nil)
}

// Page gives the page dimension of an address or route: its templated path.
func (s *Scrubber) Page(url string) string {
	return s.field(url, 0, (*scan).page, nil)
}

// MaxTagKey and MaxTagValue are the longest tags, in bytes.
const (
	MaxTagKey   = 64
	MaxTagValue = 200
)

// Tag scrubs a tag. Its key keeps letters, digits, '_', '-' and '.'; the value of
// a key that promises a secret (password, token, …) is replaced. ok is false
// where nothing usable is left: an empty key or value, or a key that is itself
// personal.
func (s *Scrubber) Tag(key, value string) (k, v string, ok bool) {
	k = s.Text(tagKey(strings.TrimSpace(key)), MaxTagKey)
	if k == "" || strings.ContainsAny(k, "[]…") {
		return "", "", false
	}
	v = strings.TrimSpace(s.field(value, MaxTagValue, (*scan).line, nil))
	if v == "" {
		return "", "", false
	}
	if l := labelOf(k); l != nil && l.tags && placeholderAt(v, 0) != len(v) && !isHarmless(v) {
		s.counts[Secret].Add(1)
		v = placeholders[Secret]
	}
	return k, v, true
}

func tagKey(key string) string {
	bad := func(c byte) bool { return class[c]&alnum == 0 && c != '_' && c != '-' && c != '.' && c != '@' }
	for i := 0; i < len(key); i++ {
		if bad(key[i]) {
			b := []byte(normalise(key))
			for i, c := range b {
				if bad(c) {
					b[i] = '_'
				}
			}
			return string(b)
		}
	}
	return key
}

// Counts gives the number of redactions since the start, by kind; kinds that
// were never seen are there with 0.
func (s *Scrubber) Counts() map[string]uint64 {
	m := make(map[string]uint64, numKinds)
	for k := range s.counts {
		m[kindNames[k]] = s.counts[k].Load()
	}
	return m
}

// Result is what became of a field, and what was taken out of it.
type Result struct {
	Text       string         `json:"text"`
	Redactions map[string]int `json:"redactions"`
}

// Explain scrubs text as the collector would, without a limit of length, and
// says what it took out. kind is message, stack, url or tag (a tag's value, or
// key=value).
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
		return Result{}, fmt.Errorf("unknown kind %q: want message, stack, url or tag", kind)
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

// field is the one way through which every field goes: budget, normalise,
// scrub until it is settled, truncate, count, and drop what cannot be scrubbed.
func (s *Scrubber) field(text string, max int, once func(*scan, string) string, explain *tally) (out string) {
	if text == "" {
		return ""
	}
	if len(text) > s.maxInput {
		return s.drop(explain)
	}
	sc := s.scans.Get().(*scan)
	sc.tally = tally{}
	defer func() {
		if recover() != nil { // sc may be half done: it is not put back
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
		if round == rounds {
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
