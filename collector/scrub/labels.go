package scrub

import "strings"

// The labels of secrets; personlabels.go has those of people. A new one is an entry
// here, in the list of labels, and cases in testdata: texts that must change, and as many that must stay.
var (
	// passwordLabel is of secrets: any value is replaced.
	passwordLabel = &label{
		kind: Secret,
		names: `passwort kennwort contrasena motdepasse senha wachtwoord salasana heslo parola pwd pswd psk apikey
			accesskey privatekey secretkey accesstoken refreshtoken idtoken idtokenhint authtoken phpsessid jsessionid
			sessionid sessid connectsid aspnetsessionid codeverifier oauthverifier magiclink samlresponse samlrequest
			samlassertion securityanswer secretanswer securityquestionanswer secretquestionanswer`,
		qualified: map[string]string{"key": `api access private secret signing encryption auth account shared
			subscription app master service admin client server license session`},
		phrases:  []string{"security question answer", "secret question answer", "answer to security question"},
		anywhere: `password passwd passphrase secret credential credentials`,
		endings:  `password passwd apikey secretkey accesskey privatekey`,
		foreign: []string{"ontraseña", "ösenord", "ароль", "ωδικός", "hasło", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호",
			"סיסמה", "كلمة المرور", "पासवर्ड", "Şifre", "şifre"},
		below: true, tags: true, accept: acceptPassword,
	}

	// tokenLabel is of names that are also met in prose, where the value must look
	// like a secret.
	tokenLabel = &label{
		kind: Secret,
		names: `token pass pw psw session sess sid auth csrf xsrf csrftoken xsrftoken jwt sig signature hmac passcode
			otp totp mfa clave`,
		qualified: map[string]string{
			"code": `verification security mfa 2fa otp totp sms auth authorization backup recovery reset login pin
				pass access confirmation activation time`,
			"id": `session sess`,
		},
		tags: true, accept: acceptToken,
	}

	// headerLabel is of headers, whose value is the rest of the line.
	headerLabel = &label{
		kind:  Secret,
		names: `authorization cookie setcookie cookies`,
		line:  true, tags: true, accept: acceptHeader,
	}

	// numberLabel is of secrets in digits.
	numberLabel = &label{
		kind:     Secret,
		names:    `ssn pin cvv cvc cvv2 csc`,
		maxValue: 24, within: true, tags: true, accept: acceptNumber,
	}

	// coordinateLabel is of decimal numbers.
	coordinateLabel = &label{
		kind: Geo,
		names: `lat latitude lng lon long longitude breitengrad laengengrad latitud longitud latitudine longitudine
			breddegrad lengdegrad laengdegrad`,
		foreign:  []string{"ängengrad", "ændegrad", "ängdgrad", "ирота", "олгота", "纬度", "经度", "緯度", "経度", "經度", "위도", "경도"},
		maxValue: 24, comma: true, accept: acceptCoordinate,
	}

	// codeLabel is of codes that a user signs in with. It has no names of its own:
	// see isNamedCode.
	codeLabel = &label{kind: Secret, maxValue: 24, accept: acceptCode}

	labels = append([]*label{passwordLabel, tokenLabel, headerLabel, numberLabel, coordinateLabel, codeLabel},
		personLabels...)
)

// aboutWords end names that are about a secret: password_length, tokenExpired.
var aboutWords = words(`length strength field input min max count policy error errors valid visible required changed
	type expires expiry expired ttl age name url uri endpoint status label placeholder hint enabled disabled changed
	form page link button exists missing invalid version index used limit budget usage attempts retries exception
	failure mismatch required handler manager service provider component controller validator filter factory module
	helper dialog modal screen view test spec`)

// sourceTypes end the names of files that are named after a secret:
// password.js:10:5.
var sourceTypes = words(`js mjs cjs jsx ts mts cts tsx css scss sass less vue svelte html htm php py rb go java kt
	swift cs rs dart ex scala c h cpp json yaml yml toml xml md`)

// acceptToken accepts a value in prose (token: x), and a quoted one after the words of
// a parser, only if it looks like a secret.
func acceptToken(p *pair) (Kind, bool) {
	v, ok := p.value(), true
	switch {
	case p.quoted:
		ok = looksSecret(v) || !p.isParserError()
	case p.spaced && p.s[p.sep] == ':':
		ok = looksSecret(v) && !p.isParserError()
	}
	return p.label.kind, ok && (len(v) >= 3 || !isMostlyDigits(v))
}

// acceptHeader narrows the value to the credentials after their scheme, if it has one.
func acceptHeader(p *pair) (Kind, bool) {
	v := p.value()
	if p.s[p.sep] != '=' && !p.quoted && !looksSecret(v) || isCookieAttributes(v) {
		return 0, false
	}
	scheme := authSchemeLen(v)
	if scheme == 0 {
		return p.label.kind, true
	}
	p.start += scheme
	if placeholderAt(p.s, p.start) > 0 {
		return 0, false
	}
	if !strings.EqualFold(v[:scheme], "digest ") {
		if n := strings.IndexAny(p.value(), " ,;"); n > 0 {
			p.end = p.start + n
		}
	} else if !p.quoted { // its parameters have quotes of their own
		p.end = lineEnd(p.s, p.end)
	}
	return Token, true
}

// authSchemeLen gives the length of the scheme of HTTP authentication that v begins
// with, and of the blank after it.
func authSchemeLen(v string) int {
	for _, p := range [...]string{"Bearer ", "Basic ", "Digest ", "Token ", "ApiKey "} {
		if len(v) > len(p) && strings.EqualFold(v[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// acceptNumber accepts digits; nine and more are a social security number.
func acceptNumber(p *pair) (Kind, bool) {
	v := p.value()
	if len(v) >= 9 {
		return SSN, isMostlyDigits(v)
	}
	return p.label.kind, isMostlyDigits(v)
}

func acceptCode(p *pair) (Kind, bool) {
	v := p.value()
	return p.label.kind, isMostlyDigits(v) || isSignInCode(v)
}

// acceptCoordinate accepts a decimal number, of two decimals after lat and long, which
// may name something else.
func acceptCoordinate(p *pair) (Kind, bool) {
	least := 2
	if name := strings.ToLower(p.s[p.name:p.sep]); strings.Contains(name, "itude") || strings.Contains(name, "lng") {
		least = 1
	}
	return p.label.kind, isDecimal(p.value(), least)
}
