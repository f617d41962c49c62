package scrub

import "strings"

// secrecy says how a name promises a secret.
type secrecy uint8

const (
	notSecret  secrecy = iota
	maySecret          // token, session: also met in prose, where the value must look the part
	sureSecret         // password, api_key
	headSecret         // authorization, cookie: the value is the rest of the line
	coordinate         // lat, lng: a decimal number
	identifier         // ssn, card: digits
	signInCode         // verification code: digits, or capitals in groups
)

// secrecyOf judges a name by its words: passwordHash, X-Api-Key, user_token. The
// last words decide; one that speaks about the secret (length, error, field)
// takes the promise back.
func secrecyOf(name string) secrecy {
	var buf [maxName]byte
	var words [12][]byte
	n, w, start := 0, 0, 0
	cut := func() {
		if n > start && w < len(words) {
			words[w] = buf[start:n]
			w++
		}
		start = n
	}
	for i := 0; i < len(name) && n < len(buf); i++ {
		c := name[i]
		if !is(c, alnum) {
			cut()
			continue
		}
		if is(c, upper) {
			if i > 0 && is(name[i-1], lower|digit) || i > 0 && is(name[i-1], upper) && isAt(name, i+1, lower) {
				cut()
			}
			c |= 0x20
		}
		buf[n] = c
		n++
	}
	cut()
	if w == 0 {
		return notSecret
	}
	all := buf[:n]
	last := string(words[w-1])
	if w > 1 {
		if s, ok := secretWords[string(all)]; ok {
			return s
		}
	}
	if w > 1 && (about.has(last) || name[len(name)-len(last)-1] == '.' && fileTypes.has(last)) {
		return notSecret
	}
	if s, ok := secretWords[last]; ok {
		return s
	}
	if s, ok := secretWords[strings.TrimRight(last, "0123456789")]; ok { // password1
		return s
	}
	if w > 1 && last == "key" && keyWords.has(string(words[w-2])) {
		return sureSecret
	}
	if w > 1 && last == "code" && codeWords.has(string(words[w-2])) {
		return maySecret
	}
	if w > 1 && last == "id" && (string(words[w-2]) == "session" || string(words[w-2]) == "sess") {
		return maySecret
	}
	for k := range w {
		switch string(words[k]) {
		case "password", "passwd", "passphrase", "secret", "credential", "credentials":
			if w > 2 && k < w-1 && isClass(name) {
				return maySecret
			}
			return sureSecret
		}
	}
	for _, stem := range [...]string{"password", "passwd", "apikey", "secretkey", "accesskey", "privatekey"} {
		if len(all) >= len(stem) && string(all[len(all)-len(stem):]) == stem {
			return sureSecret
		}
	}
	return notSecret
}

// isClass says whether a name is written as those of classes are:
// SecretManagerClient, com.example.PasswordEncoderBean.
func isClass(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return isAt(name, 0, upper) && isAt(name, 1, lower) && !strings.ContainsAny(name, "_-")
}

var about = words(`length strength field input min max count policy error errors valid visible required changed type expires
	expiry expired ttl age name url uri endpoint status label placeholder hint enabled disabled changed form page link
	button exists missing invalid version index used limit budget usage attempts retries exception failure mismatch required
	handler manager service provider component controller validator filter factory module helper dialog modal screen view test spec`)

// fileTypes end the names of files that have a secret's name: password.js:10:5.
var fileTypes = words(`js mjs cjs jsx ts mts cts tsx css scss sass less vue svelte html htm php py rb go java kt swift cs rs dart ex scala c h cpp
	json yaml yml toml xml md`)

var keyWords = words(`api access private secret signing encryption auth account shared subscription app master service
	admin client server license session`)

// codeWords stand before the code that somebody was sent, or sends, to sign in.
var codeWords = words(`verification security mfa 2fa otp totp sms auth authorization backup recovery reset login pin pass
	access confirmation activation time`)

var secretWords = map[string]secrecy{
	"password": sureSecret, "passwd": sureSecret, "passphrase": sureSecret, "passwort": sureSecret, "kennwort": sureSecret,
	"contrasena": sureSecret, "motdepasse": sureSecret, "secret": sureSecret, "pwd": sureSecret, "apikey": sureSecret,
	"accesskey": sureSecret, "privatekey": sureSecret, "secretkey": sureSecret, "credential": sureSecret,
	"credentials": sureSecret, "accesstoken": sureSecret, "refreshtoken": sureSecret, "idtoken": sureSecret,
	"authtoken": sureSecret, "phpsessid": sureSecret, "jsessionid": sureSecret, "sessionid": sureSecret, "sessid": sureSecret,
	"connectsid": sureSecret, "asp.netsessionid": sureSecret, "aspnetsessionid": sureSecret,
	"pswd": sureSecret, "senha": sureSecret, "wachtwoord": sureSecret, "salasana": sureSecret, "heslo": sureSecret, "parola": sureSecret,
	"clave": maySecret, "psk": sureSecret, "sess": maySecret, "hmac": maySecret, "csc": identifier, "idtokenhint": sureSecret,
	"passcode": maySecret, "codeverifier": sureSecret, "oauthverifier": sureSecret, "magiclink": sureSecret, "samlresponse": sureSecret,
	"samlrequest": sureSecret, "samlassertion": sureSecret, "securityanswer": sureSecret, "secretanswer": sureSecret,
	"cvv": identifier, "cvc": identifier, "cvv2": identifier, "otp": maySecret, "totp": maySecret, "pin": identifier, "mfa": maySecret,
	"ssn": identifier, "token": maySecret, "pass": maySecret, "pw": maySecret, "psw": maySecret, "session": maySecret, "sid": maySecret,
	"auth": maySecret, "csrf": maySecret, "xsrf": maySecret, "csrftoken": maySecret, "xsrftoken": maySecret, "jwt": maySecret, "sig": maySecret, "signature": maySecret,
	"authorization": headSecret, "cookie": headSecret, "setcookie": headSecret, "cookies": headSecret,
	"lat": coordinate, "latitude": coordinate, "lng": coordinate, "lon": coordinate, "long": coordinate, "longitude": coordinate,
}
