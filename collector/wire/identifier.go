package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

// Identifier returns what a client sent as an id, or "" if that names nothing:
// if it is a word that only a defect writes, a placeholder that nothing filled
// in, a number that stands for "none", or a word for somebody unknown. One such
// id would make one user, session or page view of all clients that send it.
func Identifier(id string) string {
	id = strings.TrimSpace(id)
	if namesNothing(id) {
		return ""
	}
	return id
}

// maxNoName is the longest text in the table of words, in bytes.
const maxNoName = 24

func namesNothing(id string) bool {
	if !startsPlainly(id) && (isBlankID(id) || isPlaceholder(id)) {
		return true
	}
	if len(id) > maxNoName {
		return false
	}
	var buf [maxNoName]byte
	lower := buf[:len(id)]
	for i := range len(id) {
		lower[i] = id[i]
		if 'A' <= id[i] && id[i] <= 'Z' {
			lower[i] |= 0x20
		}
	}
	return noNames[string(lower)]
}

// startsPlainly reports whether an id starts with a letter or digit that begins
// no blank id and no placeholder: nearly all do, and need no closer look.
func startsPlainly(id string) bool {
	if id == "" {
		return false
	}
	switch c := id[0]; c {
	case '0', 'f', 'F', 'S':
		return false
	default:
		return '1' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
}

// isBlankID reports whether an id has zeros and punctuation alone, such as the
// nil UUID, 0, {} and "", or is -1 or the highest UUID.
func isBlankID(id string) bool {
	const punctuation = "-_.,:;/|+*?!#\"'`<>()[]{}=\\ "
	return strings.Trim(id, "0"+punctuation) == "" || id == "-1" ||
		len(id) >= 32 && strings.Trim(id, "fF-{}") == ""
}

// isPlaceholder reports whether an id is what a template or a conversion to text
// left: {{user.id}}, ${id}, <%= id %>, %USER_ID%, [object Object], function () …
func isPlaceholder(id string) bool {
	for _, p := range [...]struct{ open, end string }{
		{"{{", "}}"}, {"${", "}"}, {"#{", "}"}, {"<%", "%>"}, {"<?", "?>"}, {"[[", "]]"}, {"[object ", "]"}, {"__", "__"}, {"@@", "@@"},
		{"function", "}"}, {"()", "}"}, {"() =>", ""}, {"Symbol(", ")"},
	} {
		if len(id) >= len(p.open)+len(p.end) && strings.HasPrefix(id, p.open) && strings.HasSuffix(id, p.end) {
			return true
		}
	}
	if n := len(id); n > 2 && (id[0] == '%' && id[n-1] == '%' || id[0] == '{' && id[n-1] == '}' || id[0] == '<' && id[n-1] == '>' || id[0] == '$') {
		inner := strings.Trim(id, "%{}<>$")
		return inner != "" && strings.Trim(inner, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.") == ""
	}
	return false
}

// noNames are words in place of an id, in lower case. The first are what programs
// write for a missing value, or the name of the field itself; the others say that
// the user is unknown.
var noNames = wordsOf(
	"undefined", "null", "nil", "none", "nan", "nullptr", "(null)", "<null>", "<nil>", "<none>", "(nil)", "(none)", "#n/a", "n/a",
	"true", "false", "infinity", "-infinity", "missing", "not set", "(not set)", "not_set", "notset", "unset",
	"object object", "system.object",
	"id", "uid", "userid", "user_id", "user-id", "user.id", "usr.id", "distinct_id", "distinctid", "sessionid", "session_id", "session.id",
	"viewid", "view_id", "email", "username", "$user_id", "uuid", "guid",

	"anonymous", "anonymous user", "anonymoususer", "anonymous_user", "anonymized", "anonymised", "anon", "guest", "guest user", "guest_user", "guestuser",
	"unknown", "unknown user", "unknown_user", "nobody", "visitor", "logged out", "logged_out", "loggedout", "logged-out",
	"not logged in", "not_logged_in", "notloggedin", "not-logged-in", "not_authenticated", "unauthenticated", "unauthorized",
	"anonym", "anonymer benutzer", "gast", "unbekannt", "anonyme", "anónimo", "anonimo", "anônimo", "inconnu", "invité", "invitado",
	"desconocido", "desconhecido", "convidado", "ospite", "sconosciuto", "anoniem", "onbekend", "gæst", "gjest", "gäst", "okänd", "ukendt",
	"anonim", "gość", "nieznany", "misafir", "bilinmiyor", "аноним", "гость", "неизвестно", "匿名", "游客", "访客", "未知", "ゲスト", "不明",
	"익명", "게스트",
)

func wordsOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		if len(w) > maxNoName {
			panic(w + ": longer than maxNoName")
		}
		set[w] = true
	}
	return set
}

// contentID makes an id of what was sent, for what has no id of its own.
func contentID(parts ...[]byte) string {
	h := sha256.New()
	var buf [sha256.Size]byte
	for _, p := range parts {
		h.Write(binary.AppendUvarint(buf[:0], uint64(len(p))))
		h.Write(p)
	}
	return strconv.FormatUint(binary.BigEndian.Uint64(h.Sum(buf[:0])), 36)
}

// firstIdentifier returns the first of several ids that names somebody.
func firstIdentifier(ids ...string) string {
	for _, id := range ids {
		if id = Identifier(id); id != "" {
			return id
		}
	}
	return ""
}
