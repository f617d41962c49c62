package scrub

import "strings"

// A form field tells its name in one place and its value in another: the attributes
// of an element, two fields of an object.

// fieldNames are the names of form fields, beside the labels, that say what their
// value is: the values of autocomplete, and words that are too common for labels.
var fieldNames = map[string]Kind{
	"email": Email, "mail": Email, "emailaddress": Email, "tel": Phone, "phone": Phone, "telephone": Phone, "mobile": Phone,
	"phonenumber": Phone, "telnational": Phone, "cellphone": Phone, "handy": Phone, "telefon": Phone, "telefono": Phone,
	"ccnumber": Card, "cardnumber": Card, "creditcard": Card, "creditcardnumber": Card, "cccsc": Secret, "ccexp": Secret,
	"ccexpmonth": Secret, "ccexpyear": Secret, "onetimecode": Secret, "currentpassword": Secret, "newpassword": Secret,
	"iban": IBAN, "csrfmiddlewaretoken": Secret,
}

// fieldKind gives the kind of value that the field of a name holds.
func fieldKind(name string) (Kind, bool) {
	var w nameWords
	w.split(name)
	for k := range w.n { // shipping email, section-a cc-number
		if kind, ok := fieldNames[string(w.buf[w.start(k):w.size])]; ok {
			return kind, true
		}
	}
	l := labelOf(name)
	if l == nil {
		l = foreignLabel(name)
	}
	if l != nil && l != shownLabel && l.kind != Geo {
		return l.kind, true
	}
	if w.n < 2 {
		return 0, false
	}
	if last := string(w.word(w.n - 1)); controlWords.has(last) { // otp-input
		return fieldKind(strings.TrimRight(name[:max(0, len(name)-len(last))], "-_. "))
	}
	return 0, false
}

// controlWords end names of form fields, and say nothing about their values.
var controlWords = words(`input field textbox box control textfield text value element`)

// fieldValueLabel gives the label of the value from start to end of a field whose
// name is beside it in the object: {"name":"otp","value":"482913"}.
func fieldValueLabel(s string, start, end, i int) *label {
	code := s[start:end] == "code"
	if !code && !valueNames.has(s[start:end]) {
		return nil
	}
	open := strings.LastIndexByte(s[max(0, start-maxField):start], '{')
	if open < 0 {
		return nil
	}
	open += max(0, start-maxField)
	object := s[open:min(len(s), i+maxField)]
	if n := strings.IndexAny(object[i-open:], "{}"); n >= 0 {
		object = object[:i-open+n]
	}
	name := ""
	for _, key := range fieldKeys {
		if name = quotedValue(object, key); name != "" {
			break
		}
	}
	if name == "" {
		return nil
	}
	if code { // of an error, unless the object is a code: {"type":"otp","code":"482913"}
		if oneTimeFields.has(name) {
			return codeLabel
		}
		return nil
	}
	if l := labelOf(name); l != nil && l.kind != Geo {
		return l
	}
	if kind, ok := fieldKind(name); ok {
		return &fieldValues[kind]
	}
	return nil
}

// maxField is how far the name of a field may be from its value, in bytes.
const maxField = 160

// valueNames are the names of the values of fields.
var valueNames = words(`value val rejectedvalue invalidvalue attemptedvalue givenvalue actualvalue oldvalue newvalue
	currentvalue inputvalue fieldvalue input content defaultvalue initialvalue`)

// oneTimeFields are the types of objects whose code is one that a user signs in with.
var oneTimeFields = words(`otp totp hotp mfa 2fa tfa sms passcode one-time-code onetimecode one_time_code verification
	email_otp sms_otp phone_code email_code sms_code`)

// fieldKeys are the names of the names of fields.
var fieldKeys = [...]string{"name", "field", "param", "key", "property", "propertyPath", "path", "label", "attribute", "id",
	"autocomplete", "loc", "fieldName", "type", "kind"}

// fieldValues are labels of the values of fields, one a kind: any value is accepted.
var fieldValues = func() (l [numKinds]label) {
	for k := range l {
		l[k].kind = Kind(k)
	}
	return l
}()

// quotedValue gives the quoted value of a key in an object, or the last of its list.
func quotedValue(object, key string) string {
	for from := 0; ; {
		n := strings.Index(object[from:], key)
		if n < 0 {
			return ""
		}
		at := from + n
		from = at + len(key)
		if at > 0 && !is(object[at-1], alnum|connector) && object[at-1] != '.' {
			if v := quotedAfter(object, from); v != "" {
				return v
			}
		}
	}
}

// quotedAfter gives the quoted value of the key that ends at i.
func quotedAfter(s string, i int) string {
	separated := false
	for n := 0; i < len(s) && n < 8 && (nameEnds[s[i]] || strings.IndexByte(": =>[", s[i]) >= 0); n++ {
		separated = separated || s[i] == ':' || s[i] == '='
		if s[i] == '[' {
			if end := strings.IndexByte(s[i:], ']'); end > 1 && isQuote(s[i+end-1]) {
				list := s[i+1 : i+end-1]
				return list[strings.LastIndexAny(list, "\"'`")+1:]
			}
		}
		i++
	}
	if !separated || i == 0 || !isQuote(s[i-1]) {
		return ""
	}
	end := i
	for end < len(s) && end-i < maxName && !isQuote(s[end]) && s[end] != '\\' {
		end++
	}
	return s[i:end]
}
