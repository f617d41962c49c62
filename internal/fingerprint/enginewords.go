package fingerprint

import (
	"regexp"
	"slices"
	"strings"
)

// A phrase is one engine's wording of an error of the language. Each engine has
// its own: what V8 calls "Cannot read properties of undefined (reading 'total')"
// is "undefined is not an object (evaluating 'cart.total')" in JavaScriptCore,
// and "can't access property "total", cart is undefined" in SpiderMonkey. The
// groups of its pattern are what all engines report: of (undefined or null),
// name, an expression that ends in the property or variable, and host, which
// some SDKs add.
type phrase struct {
	meaning string
	pattern *regexp.Regexp
}

// What the phrases mean. These texts are a part of fingerprints, which people
// keep in filters and links: do not reword them.
const (
	nullishProperty = "property of no object"
	notFunction     = "not a function"
	notConstructor  = "not a constructor"
	notDefined      = "not defined"
	uninitialized   = "before initialization"
	stackOverflow   = "stack overflow"
	fetchFailed     = "fetch failed"
	fetchCancelled  = "cancelled"
	moduleFailed    = "module did not load"
	invalidJSON     = "invalid JSON"
	resizeObserver  = "ResizeObserver loop"
)

// phrases are those of V8 (old and new), JavaScriptCore and SpiderMonkey. None of
// them uses the user's language; see networkMeanings for what does.
var phrases = [...]phrase{
	{nullishProperty, regexp.MustCompile(`^Cannot (?:read|set) properties of (?P<of>undefined|null) \((?:reading|setting) '(?P<name>.*)'\)$`)},
	{nullishProperty, regexp.MustCompile(`^Cannot (?:read|set) property '(?P<name>.*)' of (?P<of>undefined|null)$`)},
	{nullishProperty, regexp.MustCompile(`^(?P<of>undefined|null) is not an object \(evaluating '(?P<name>.*)'\)$`)},
	{nullishProperty, regexp.MustCompile(`^can't access property "?(?P<name>[^"]*)"?, .* is (?P<of>undefined|null)$`)},
	{notFunction, regexp.MustCompile(`^(?P<name>.+?) is not a function(?:\. \(In '.*' is .*\))?$`)},
	{notConstructor, regexp.MustCompile(`^(?P<name>.+?) is not a constructor(?: \(evaluating '.*'\))?$`)},
	{notDefined, regexp.MustCompile(`^(?P<name>\S+) is not defined$`)},
	{notDefined, regexp.MustCompile(`^Can't find variable: (?P<name>\S+)$`)},
	{uninitialized, regexp.MustCompile(`^Cannot access '(?P<name>\S+)' before initialization\.?$`)},
	{uninitialized, regexp.MustCompile(`^can't access lexical declaration '(?P<name>\S+)' before initialization$`)},
	{stackOverflow, regexp.MustCompile(`^(?:Maximum call stack size exceeded\.?|too much recursion)$`)},
	{fetchFailed, regexp.MustCompile(`^(?:Failed to fetch|NetworkError when attempting to fetch resource\.?|Load failed)\.?(?: \((?P<host>[\w.:-]+)\))?$`)},
	{moduleFailed, regexp.MustCompile(`^(?:(?:Failed to fetch|error loading) dynamically imported module:? .*|Importing a module script failed\.?)$`)},
	{invalidJSON, regexp.MustCompile(`^(?:Unexpected (?:token|number|string|identifier|non-whitespace character).* JSON(?: at position \d+.*)?|Unexpected end of JSON input|JSON\.parse: .*|JSON Parse error: .*)$`)},
	{resizeObserver, regexp.MustCompile(`^ResizeObserver loop (?:limit exceeded|completed with undelivered notifications)\.?$`)},
}

// engineTypes are the types of the engines' own errors. An error of another
// type is the page's own, whatever its wording.
var engineTypes = []string{"", "Error", "TypeError", "ReferenceError", "RangeError", "InternalError", "SyntaxError"}

// domTypes are exceptions that their type describes in full: only the engine's
// wording differs.
var domTypes = []string{"AbortError", "QuotaExceededError"}

// commonWording returns one wording, the same for all engines, of an error that
// an engine worded itself.
func commonWording(typ, message string) (text string, known bool) {
	if slices.Contains(domTypes, typ) {
		return typ, true
	}
	if !slices.Contains(engineTypes, typ) {
		return "", false
	}
	for i := range phrases {
		p := &phrases[i]
		m := p.pattern.FindStringSubmatch(message)
		if m == nil {
			continue
		}
		text = p.meaning
		if at := p.pattern.SubexpIndex("of"); at > 0 {
			text += " " + m[at]
		}
		if at := p.pattern.SubexpIndex("name"); at > 0 {
			text += " " + lastName(m[at], p.meaning == nullishProperty)
		}
		if at := p.pattern.SubexpIndex("host"); at > 0 && m[at] != "" {
			text += " " + m[at]
		}
		return text, true
	}
	if meaning := networkMeaning(message); meaning != "" {
		return meaning, true
	}
	return "", false
}

// lastName returns the property that an expression ends in ("total" of
// "t.cart.total = 1"), or its only variable, "" if its name is a minifier's.
func lastName(expression string, property bool) string {
	e, _, _ := strings.Cut(expression, " = ")
	e = strings.TrimRight(e, "()[]'\"; ")
	at := strings.LastIndexFunc(e, func(r rune) bool {
		return r != '_' && r != '$' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r < 0x80
	})
	name := e[at+1:]
	if at < 0 && !property && len(name) < minName {
		return ""
	}
	return name
}
