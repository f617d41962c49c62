package scrub

import "strings"

// phoneWords name the telephone number beside them, in the most spoken languages;
// so do all words that end in one of phoneEndings.
var (
	phoneWords = words(`tel ph mob cell fax sms gsm call dial text ring msisdn handy whatsapp callback callto telefon
		tlf telefonu telefone telefonnr telefoni telefonom telefonnummeret telefoonnummer phonenumber mobilnummer
		mobiltelefon komorka telefono telefoon celular mobil movil portable rufnummer handynummer telefonnummer
		hotline voicemail llamar llame llama llamenos chiamare chiama chiami ligar`)
	phoneEndings = [...]string{"phone", "mobile", "msisdn"}
	// deviceWords have such an ending and name something else.
	deviceWords = words(`iphone headphone microphone smartphone windowsphone`)
	// casualPhoneWords often mean something else: call 1234567, cell 44 55 66 77 88. The
	// number behind them must look like one.
	casualPhoneWords = words(`call text ring cell handy portable callback dial komorka celular movil mobil
		llamar llame llama llamenos chiamare chiama chiami ligar`)
	// otherSenses are words before a casual one that give it another sense.
	otherSenses = words(`spreadsheet excel grid table sheet worksheet data header footer row column matrix calendar memory
		battery fuel solar unit bit lithium cancer prison terror merged empty locked selected active hidden focused
		editable first last next previous current this each every in of per api rpc function method system remote
		procedure tool http service network xhr ajax fetch database db graphql sql recursive async sync library failed
		alt plain rich full body inner raw input token key onion boxing slot loop`)
	// phoneWordsBehind name the number before them: 5551234567 (mobile).
	phoneWordsBehind = words(`phone mobile tel telephone whatsapp fax`)
	// foreignPhones are words beyond ASCII. Their first letter, which may be a
	// capital, is omitted.
	foreignPhones = []string{
		"óvil", "eléfono", "éléphone", "елефон", "обильный", "моб", "ηλέφωνο", "elefonní", "elefonní číslo", "elefonszám",
		"thoại",
		"拨打", "致电", "撥打", "手机号", "手机号码", "手机", "电话", "电话号码", "电话号", "電話", "電話番号", "携帯", "手機", "手機號碼", "電話號碼", "連絡先",
		"モバイル",
		"전화", "전화번호", "휴대폰", "휴대전화", "연락처", "핸드폰", "הטלפון", "טלפון", "נייד", "هاتف", "الهاتف", "جوال", "موبايل",
		"फ़ोन", "फोन", "मोबाइल", "โทร",
	}
)

func isPhoneWord(w string) bool {
	if phoneWords.has(w) {
		return true
	}
	for _, e := range phoneEndings {
		if strings.HasSuffix(w, e) {
			return !deviceWords.has(w)
		}
	}
	return false
}
