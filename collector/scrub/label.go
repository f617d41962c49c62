package scrub

import "strings"

// label is a lower-cased word beside something that it names.
type label struct {
	buf [24]byte
	n   int
}

func (l *label) text() []byte { return l.buf[:l.n] }

// labelBefore gives the word that names what begins at i: phone in
// "phone: 1", `"phone":"1"`, "phone number is 1", "phone_no=1". It is the last
// word before i that is not a filler; nothing if other things stand between.
func labelBefore(s string, i int) label {
	var w label
	for range 4 {
		j := i
		for j > 0 && i-j < 6 && labelGaps[s[j-1]] {
			j--
		}
		if d := j; d > 0 && is(s[d-1], digit) { // phone2, md5
			for d > 0 && j-d < 3 && is(s[d-1], digit) {
				d--
			}
			if isAt(s, d-1, letter) {
				j = d
			}
		}
		end := j
		for j > 0 && end-j < len(w.buf) && is(s[j-1], letter) {
			j--
		}
		w.n = copy(w.buf[:], s[j:end])
		for k := range w.n {
			w.buf[k] |= 0x20
		}
		switch string(w.buf[:w.n]) {
		case "number", "no", "nr", "num", "is", "at", "me", "us", "on", "of", "the", "to", "my", "your", "was", "nummer", "numero":
			i = j
			continue
		}
		for _, suffix := range [...]string{"number", "num", "no", "nr"} {
			if w.n > len(suffix)+2 && string(w.buf[w.n-len(suffix):w.n]) == suffix && suffix != "no" {
				w.n -= len(suffix)
				break
			}
		}
		return w
	}
	w.n = 0
	return w
}

// maxForeign is over the length of the longest word beyond ASCII, in bytes, and
// of the gap after it.
const maxForeign = 40

// Words beyond ASCII, in lower case but for their first letter, which is left out
// where it has a case.
var (
	foreignPhones  = []string{"óvil", "eléfono", "éléphone", "елефон", "ηλέφωνο", "手机号", "手机号码", "手机", "电话", "电话号码", "電話", "電話番号", "携帯", "전화", "전화번호", "휴대폰", "הטלפון", "טלפון", "هاتف", "الهاتف", "फ़ोन", "फोन", "โทร", "मोबाइल", "电话号", "手機", "手機號碼", "電話號碼", "連絡先", "휴대전화", "연락처", "핸드폰", "モバイル", "جوال", "موبايل", "נייד", "elefonní", "elefonní číslo", "elefonszám", "thoại", "обильный", "моб"}
	foreignSecrets = []string{"ontraseña", "ösenord", "ароль", "ωδικός", "hasło", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "סיסמה", "كلمة المرور", "पासवर्ड", "Şifre", "şifre"}
)

// endsInAny says whether s ends in one of the words.
func endsInAny(s string, words []string) bool {
	if len(s) < 2 || s[len(s)-1] < 0x80 && strings.IndexFunc(s[max(0, len(s)-12):], func(r rune) bool { return r >= 0x80 }) < 0 {
		return false
	}
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// labelGaps may stand between a word and what it names.
var labelGaps = bytesOf(" :=\"'.#()[]\\+-_/\t>")
