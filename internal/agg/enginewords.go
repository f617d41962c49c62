package agg

import (
	"regexp"
	"slices"
	"strings"
)

// The engines word the errors of the language each in their own way: what V8
// calls "Cannot read properties of undefined (reading 'total')" is "undefined is
// not an object (evaluating 'cart.total')" in JavaScriptCore, and "can't access
// property "total", cart is undefined" in SpiderMonkey. A phrase is one such
// wording. Its groups are what all engines tell: of (undefined or null), and name,
// the property or variable, as the expression that it ends.
type phrase struct {
	kind string
	form *regexp.Regexp
}

// What the phrases mean.
const (
	noObject       = "property of no object"
	noFunction     = "not a function"
	noConstructor  = "not a constructor"
	noVariable     = "not defined"
	notYet         = "before initialization"
	tooDeep        = "stack overflow"
	noAnswer       = "fetch failed"
	noModule       = "module did not load"
	noJSON         = "invalid JSON"
	resizeObserver = "ResizeObserver loop"
)

// phrases are of V8 (old and new), JavaScriptCore and SpiderMonkey. JavaScriptCore
// is alone in speaking the user's language, and only where the network failed.
var phrases = [...]phrase{
	{noObject, regexp.MustCompile(`^Cannot (?:read|set) properties of (?P<of>undefined|null) \((?:reading|setting) '(?P<name>.*)'\)$`)},
	{noObject, regexp.MustCompile(`^Cannot (?:read|set) property '(?P<name>.*)' of (?P<of>undefined|null)$`)},
	{noObject, regexp.MustCompile(`^(?P<of>undefined|null) is not an object \(evaluating '(?P<name>.*)'\)$`)},
	{noObject, regexp.MustCompile(`^can't access property "?(?P<name>[^"]*)"?, .* is (?P<of>undefined|null)$`)},
	{noFunction, regexp.MustCompile(`^(?P<name>.+?) is not a function(?:\. \(In '.*' is .*\))?$`)},
	{noConstructor, regexp.MustCompile(`^(?P<name>.+?) is not a constructor(?: \(evaluating '.*'\))?$`)},
	{noVariable, regexp.MustCompile(`^(?P<name>\S+) is not defined$`)},
	{noVariable, regexp.MustCompile(`^Can't find variable: (?P<name>\S+)$`)},
	{notYet, regexp.MustCompile(`^Cannot access '(?P<name>\S+)' before initialization\.?$`)},
	{notYet, regexp.MustCompile(`^can't access lexical declaration '(?P<name>\S+)' before initialization$`)},
	{tooDeep, regexp.MustCompile(`^(?:Maximum call stack size exceeded\.?|too much recursion)$`)},
	{noAnswer, regexp.MustCompile(`^(?:Failed to fetch|NetworkError when attempting to fetch resource\.?|Load failed)$`)},
	{noAnswer, regexp.MustCompile(`^(?:The network connection was lost|Die Netzwerkverbindung wurde unterbrochen|La connexion réseau a été perdue|Se ha perdido la conexión de red|ネットワーク接続が切れました|网络连接已中断)[.。]?$`)},
	{noAnswer, regexp.MustCompile(`^(?:The Internet connection appears to be offline|Es besteht anscheinend keine Verbindung zum Internet|La connexion Internet semble interrompue|インターネット接続がオフラインのようです|似乎已断开与互联网的连接)[.。]?$`)},
	{noModule, regexp.MustCompile(`^(?:(?:Failed to fetch|error loading) dynamically imported module:? .*|Importing a module script failed\.?)$`)},
	{noJSON, regexp.MustCompile(`^(?:Unexpected (?:token|number|string|identifier|non-whitespace character).* JSON(?: at position \d+.*)?|Unexpected end of JSON input|JSON\.parse: .*|JSON Parse error: .*)$`)},
	{resizeObserver, regexp.MustCompile(`^ResizeObserver loop (?:limit exceeded|completed with undelivered notifications)\.?$`)},
}

// engineTypes are the types that engines give their own errors. A page's own
// error is its own, whatever its words.
var engineTypes = []string{"", "Error", "TypeError", "ReferenceError", "RangeError", "InternalError", "SyntaxError"}

// domTypes are exceptions whose type says all: the words are the engine's.
var domTypes = []string{"AbortError", "QuotaExceededError"}

// meaning is what all engines would say in place of a standard error's words.
func meaning(typ, message string) (text string, known bool) {
	if slices.Contains(domTypes, typ) {
		return typ, true
	}
	if !slices.Contains(engineTypes, typ) {
		return "", false
	}
	for i := range phrases {
		p := &phrases[i]
		m := p.form.FindStringSubmatch(message)
		if m == nil {
			continue
		}
		text = p.kind
		if at := p.form.SubexpIndex("of"); at > 0 {
			text += " " + m[at]
		}
		if at := p.form.SubexpIndex("name"); at > 0 {
			text += " " + lastName(m[at], p.kind == noObject)
		}
		return text, true
	}
	return "", false
}

// lastName is the property that an expression ends in, or its only variable if
// no minifier named it: "total" of "t.cart.total = 1".
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
