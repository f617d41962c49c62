package fingerprint

import (
	"slices"
	"strings"
)

// A number in a message is a quantity or an id ("no order 17"), which two users
// do not share, or a code, which says what the error is ("status code 503"). The
// text around it decides.

// The most digits of a code, and the most characters of one with letters, such
// as 42P01: ids are longer.
const (
	maxCode      = 6
	maxNamedCode = 8
)

// maxContext is how much of the text on each side of a number is looked at.
const maxContext = 80

// codeLabels are words that a code follows, whatever its value.
var codeLabels = []string{"code", "codes", "errorcode", "errcode", "errno", "errornumber", "sqlstate", "sqlcode", "exitcode", "hresult"}

// statusLabels are words that the status of a response follows.
var statusLabels = []string{"status", "statuscode", "httpstatus", "http", "https"}

// answerLabels are words that the status of a response may follow, or a count.
var answerLabels = []string{"response", "responded", "returned", "answered", "got", "received", "failed", "fetch", "request"}

// reasons are the reason phrases of the statuses that clients meet, as RFC 9110
// and its neighbours word them.
var reasons = map[string]string{
	"301": "Moved Permanently", "302": "Found", "304": "Not Modified", "307": "Temporary Redirect", "308": "Permanent Redirect",
	"400": "Bad Request", "401": "Unauthorized", "402": "Payment Required", "403": "Forbidden", "404": "Not Found", "405": "Method Not Allowed",
	"406": "Not Acceptable", "407": "Proxy Authentication Required", "408": "Request Timeout", "409": "Conflict", "410": "Gone",
	"411": "Length Required", "412": "Precondition Failed", "413": "Payload Too Large", "414": "URI Too Long", "415": "Unsupported Media Type",
	"416": "Range Not Satisfiable", "417": "Expectation Failed", "421": "Misdirected Request", "422": "Unprocessable", "423": "Locked",
	"424": "Failed Dependency", "425": "Too Early", "426": "Upgrade Required", "428": "Precondition Required", "429": "Too Many Requests",
	"431": "Request Header Fields Too Large", "451": "Unavailable For Legal Reasons",
	"500": "Internal Server Error", "501": "Not Implemented", "502": "Bad Gateway", "503": "Service Unavailable", "504": "Gateway Time",
	"505": "HTTP Version Not Supported", "507": "Insufficient Storage", "508": "Loop Detected", "511": "Network Authentication Required",
}

// links are words between a label and its number.
var links = []string{"with", "of", "is", "was", "number", "no", "a", "an", "the", "error", "status", "code"}

// otherCodes are what stands before "code" where it is no error's.
var otherCodes = []string{
	"zip", "post", "postal", "country", "area", "dial", "dialing", "calling", "region", "state", "language", "lang", "currency",
	"promo", "promotion", "coupon", "discount", "voucher", "gift", "referral", "invite", "invitation", "product", "item", "article",
	"bar", "qr", "tracking", "order", "booking", "customer", "color", "colour", "key", "char", "character", "source", "byte", "bank", "sort", "branch",
}

// codePrefixes are letters that make one word with the digits of a code, as in
// NG0100, AADSTS50058 and ORA-00942.
var codePrefixes = []string{"http", "err", "error", "errno", "ng", "ts", "ora", "aadsts", "pgrst", "sqlstate", "wsa", "hr"}

// isCode reports whether the word s[from:to], which has digits, is a code.
func isCode(s string, from, to int) bool {
	word := s[from:to]
	letters := strings.TrimRight(word, "0123456789")
	if len(word)-len(letters) > maxCode {
		return false
	}
	before, after := s[max(0, from-maxContext):from], s[to:min(len(s), to+maxContext)]
	if letters != "" {
		return slices.Contains(codePrefixes, strings.ToLower(letters)) ||
			len(word) <= maxNamedCode && word == strings.ToUpper(word) && isLabelled(before, codeLabels)
	}
	if name, dashed := strings.CutSuffix(before, "-"); dashed && lastWord(name) != "" {
		return slices.Contains(codePrefixes, strings.ToLower(lastWord(name)))
	}
	return isLabelled(before, codeLabels) || isErrorNumber(before, after) || isStatus(word) && isStatusOf(word, before, after)
}

// isErrorNumber reports whether a number between these texts numbers an error:
// "React error #418", "Error 1015: rate limited".
func isErrorNumber(before, after string) bool {
	bare, numbered := strings.CutSuffix(before, "#")
	bare = strings.TrimRight(bare, " ")
	if !strings.EqualFold(lastWord(bare), "error") {
		return false
	}
	return numbered || before != bare && !continues(after)
}

// isStatus reports whether a number can be the status of a failed response.
func isStatus(number string) bool {
	return len(number) == 3 && number[0] >= '3' && number[0] <= '5'
}

// isStatusOf reports whether a number between these texts is the status of a
// response: after a word for it, before its reason, or as all of the message.
func isStatusOf(number, before, after string) bool {
	reason := strings.TrimLeft(after, " (:-")
	if before == "" && reason == "" || isLabelled(before, statusLabels) {
		return true
	}
	if text := reasons[number]; text != "" && strings.HasPrefix(reason, text) {
		return true
	}
	return isLabelled(before, answerLabels) && !continues(after)
}

// continues reports whether a number counts what follows: "404 items", "3 of 5".
func continues(after string) bool {
	rest := strings.TrimLeft(after, " ")
	if rest == after || rest == "" {
		return false
	}
	end := 0
	for end < len(rest) && alphanumeric(rest[end]) {
		end++
	}
	word := rest[:end]
	return word != "" && word == strings.ToLower(word) && !slices.Contains(afterStatus, word)
}

// afterStatus are words that go on after a status, which counts nothing.
var afterStatus = []string{"from", "for", "on", "at", "in", "when", "while", "after", "by", "and", "but", "response", "error", "status", "during", "loading", "fetching", "requesting", "calling"}

// isLabelled reports whether the text ends in one of the labels, and in what may
// stand between a label and its number.
func isLabelled(before string, labels []string) bool {
	for range 4 {
		before = strings.TrimRight(before, " :=#(['\"`-")
		before = strings.TrimSuffix(strings.TrimSuffix(before, "/1.1"), "/2")
		word := lastWord(before)
		before = before[:len(before)-len(word)]
		label := strings.ToLower(strings.ReplaceAll(word, "_", ""))
		if slices.Contains(labels, label) {
			return !slices.Contains(otherCodes, strings.ToLower(lastWord(strings.TrimRight(before, " -"))))
		}
		// The last part of a name: statusCode, zipCode.
		if at := strings.LastIndexFunc(word, isCapital); at > 0 && slices.Contains(labels, strings.ToLower(word[at:])) {
			return !slices.Contains(otherCodes, strings.ToLower(word[:at]))
		}
		if at := strings.LastIndexByte(word, '_'); at > 0 && slices.Contains(labels, strings.ToLower(word[at+1:])) {
			return !slices.Contains(otherCodes, strings.ToLower(word[:at]))
		}
		if !slices.Contains(links, strings.ToLower(word)) {
			return false
		}
	}
	return false
}

func isCapital(r rune) bool { return 'A' <= r && r <= 'Z' }

// lastWord returns the letters, digits and underscores that the text ends in.
func lastWord(s string) string {
	at := len(s)
	for at > 0 && (alphanumeric(s[at-1]) || s[at-1] == '_') {
		at--
	}
	return s[at:]
}
