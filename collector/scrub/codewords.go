package scrub

import "strings"

// codeClass is what a word beside a number says about it, as bits.
type codeClass uint16

const (
	codeNoun     codeClass = 1 << iota // a code of some kind: code, kod, password
	oneTimeNoun                        // a code that a user signs in with: OTP, passcode
	ofSignIn                           // that the code is such a one: verification, security, one-time
	ofReader                           // that the code is the reader's: your, Ihr
	codeState                          // what became of the code: wrong, expired
	codeLink                           // may be between the code's name and the code: is, de, was
	ofMachine                          // that the code is another one: error, status, zip
	codeUnit                           // that the number is a quantity: 4096 bytes
	codeVerb                           // what a user does with a code: enter, use
	ofPurpose                          // what for: to sign in, to verify
	digitsInCode                       // digits in place of a word
)

// codeWords are the words around codes that a user signs in with, in lower case.
var codeWords = func() map[string]codeClass {
	m := map[string]codeClass{}
	for _, t := range []struct {
		class codeClass
		words string
	}{
		{codeNoun, codeNouns}, {oneTimeNoun, oneTimeNouns}, {ofSignIn, signInWords}, {ofReader, readerWords},
		{codeState, codeStates}, {codeLink, codeLinks}, {ofMachine, machineWords}, {codeUnit, codeUnits},
		{codeVerb, codeVerbs}, {ofPurpose, purposeWords},
	} {
		for _, w := range strings.Fields(t.words) {
			m[w] |= t.class
		}
	}
	return m
}()

// Western and Slavic languages first, then Turkish, Finnish, Hungarian, Greek,
// Arabic, Hebrew, Hindi, Vietnamese, Indonesian.
const (
	codeNouns = `code codes pin password passcode passwort kennwort kode koden kod kodu kodem kody código códigos codigo
		codice codici passe clave contraseña senha wachtwoord hasło kód heslo код коду кодом коды пароль
		kodunuz kodun kodunu şifre şifreniz koodi koodisi codul parola cod κωδικός κωδικό رمز كود קוד הקוד סיסמה कोड mã
		lösenord adgangskode passord sandi jelszó`

	oneTimeNouns = `otp otps totp hotp mtan pushtan smstan phototan chiptan passcode verificationcode
		bestätigungscode bestätigungs-code bestaetigungscode verifizierungscode verifikationscode sicherheitscode
		anmeldecode zugangscode aktivierungscode freischaltcode einmalcode einmalpasswort einmalkennwort einmal-code
		einmal-passwort einmalpin prüfcode sms-code login-code tan-nummer backup-code wiederherstellungscode
		verificatiecode bevestigingscode beveiligingscode toegangscode herstelcode inlogcode eenmalige-code
		verifieringskod engångskod säkerhetskod bekräftelsekod inloggningskod
		bekræftelseskode engangskode sikkerhedskode bekreftelseskode sikkerhetskode verifikationskode
		verifiseringskode vahvistuskoodi vahvistuskoodisi kertakäyttökoodi turvakoodi
		authcode otpcode logincode codigosms`

	signInWords = `verification verify verifying security otp sms 2fa mfa totp confirmation confirm backup recovery login
		log-in signin sign-in logon access authentication authenticator authenticate auth authorization authorisation
		two-factor second-factor multi-factor 2-step two-step one-time onetime single-use passcode pin activation
		activate pairing invitation submitted entered acces activatie
		vérification verification confirmation sécurité securite connexion accès unique usage authentification
		d'accès d'authentification secours récupération recuperation
		verificación verificacion seguridad confirmación confirmacion acceso único unico uso recuperación
		autenticación activación
		verificação verificacao segurança seguranca confirmação confirmacao autenticação recuperação ativação
		verifica sicurezza conferma accesso autenticazione monouso recupero attivazione
		eenmalig eenmalige einmaliges einmaliger einmalige temporärer
		weryfikacyjny weryfikacji jednorazowy jednorazowe jednorazowego potwierdzający autoryzacyjny potwierdzenia
		bezpieczeństwa
		подтверждения подтверждение проверочный проверки одноразовый одноразового безопасности входа доступа смс
		авторизации підтвердження перевірки одноразовий безпеки
		ověřovací jednorázový jednorázové bezpečnostní potvrzovací overovací jednorazový
		doğrulama onay güvenlik giriş kullanımlık aktivasyon
		ellenőrző egyszeri megerősítő biztonsági verificare securitate confirmare autentificare
		επαλήθευσης ασφαλείας επιβεβαίωσης
		التحقق التأكيد الأمان تحقق האימות אימות אבטחה सत्यापन ओटीपी xác minh nhận thực verifikasi keamanan konfirmasi`

	readerWords = `your my dein deine deinem ihr ihre ihrem votre ton tu su seu sua tuo suo je uw jouw twój twoj twoim
		ваш твой din ditt ditt váš vas dvs आपका आपके anda kamu bạn`

	codeStates = `invalid wrong incorrect expired rejected mismatch mismatched denied accepted match matched used reused
		bad declined unrecognized unrecognised
		ungültig ungültiger falsch falscher abgelaufen abgelehnt verwendet
		invalide incorrect expiré expire erroné refusé faux inválido invalido incorrecto caducado expirado rechazado
		errôneo incorreto rejeitado errato scaduto rifiutato non-valido ongeldig ongeldige onjuist onjuiste verlopen
		nieprawidłowy niepoprawny błędny wygasł odrzucony неверный неверен недействителен истёк истек просрочен
		невірний недійсний neplatný nesprávný vypršel geçersiz hatalı yanlış ogiltig felaktig ugyldig virheellinen
		érvénytelen`

	codeLinks = `is was are the a an has have had been not does didn't doesn't did as for with you i user already entered typed
		sent received given submitted failed verification number no value to now this that following and or but
		expected actual got instead token valid
		continue proceed und et y e i en och og
		lautet ist war ist für wurde hat einen eine ein der die das nicht nummer
		est a été de du la le les un une à est n'est pas pour numéro entré saisi
		es fue el la de un una solo sola del no ha para número
		é e o a foi de do da um uma no
		è il lo di del della un uno per non una
		is de het een voor niet
		to jest został nie się dla
		это не был для является це є
		je není byl by
		är en ett inte er den det ikke on ei ole az egy nem este nu
		είναι ο του σας هو هي الخاص بك لك الـ هذا שלך הוא היא है का की là của adalah tek bir bu`

	machineWords = `error errors err errno status exit return returned returns response http https close closed closing key
		char character keyboard country area zip postal post postcode promo coupon discount voucher product item source
		machine byte bar qr color colour currency language lang locale airport region state reason result event op
		opcode unicode ascii vat tax sort swift bank branch dial dialing calling country's type class module line lines
		version build with scan sql sqlstate signal socket websocket stripe media native win32 oracle mysql posix
		hresult debug trace request job order invoice tracking gift referral affiliate icd cpt naics hs course room
		fehler fehlercode statuscode antwortcode rückgabecode errorcode postleitzahl länder produkt
		d'erreur erreur erreurs statut d'état état retour réponse sortie produit postal pays
		fehlers errores estado salida respuesta retorno producto país
		erro erros saída resposta produto errore errori stato uscita risposta prodotto
		fout foutcode statuscodes retourcode status-code foutmelding
		błędu błąd statusu stanu wyjścia odpowiedzi produktu pocztowy
		ошибки ошибка ошибкой состояния статуса ответа выхода возврата помилки стану
		chyby stavu výstupní odpovědi poštovní hata hatası durum çıkış ürün fel felkod fejl feil fejlkode feilkode
		virhe virhekoodi tila hiba hibakód eroare eroarea stare σφάλματος κατάστασης خطأ الخطأ שגיאה שגיאת त्रुटि lỗi
		kesalahan galat`

	codeUnits = `ms s sec secs second seconds minute minutes min mins hour hours day days byte bytes kb mb gb kib mib gib px
		line lines characters chars char times items rows columns users requests retries attempts points percent words
		files tokens entries records messages events zeilen zeichen sekunden minuten tage lignes octets secondes jours
		líneas segundos minutos días linhas righe secondi giorni regels seconden`

	codeVerbs = `use enter type using entering input submit verwenden verwende verwenden gib geben utilisez saisissez entrez
		utilise usa usar introduce introduzca ingresa ingrese use digite insira inserisci usa utilizza gebruik voer
		użyj wpisz podaj введите используйте введіть zadejte použijte kullanın girin använd ange brug indtast bruk`

	purposeWords = `sign signing log logging verify verifying confirm confirming authenticate login signin sign-in log-in
		register reset recover anzumelden anmeldung bestätigen bestätigung verifizieren connecter confirmer vérifier
		réinitialiser iniciar verificar confirmar acceder entrar validar accedere confermare verificare inloggen
		bevestigen zalogować potwierdzić zweryfikować входа войти подтверждения подтвердить přihlášení ověření giriş
		doğrulamak logga verifiera bekræfte bekrefte`
)

// unspacedCodes are names of codes that a user signs in with, in scripts without
// blanks between words, by their first rune.
var unspacedCodes = func() map[rune][]string {
	m := map[rune][]string{}
	for _, w := range []string{
		"验证码", "驗證碼", "校验码", "校驗碼", "确认码", "確認碼", "动态码", "動態碼", "动态密码", "動態密碼", "动态口令", "短信码",
		"一次性密码", "一次性密碼", "安全码", "安全碼", "登录码", "登入碼", "授权码", "恢复码", "备用码",
		"認証コード", "認証番号", "確認コード", "確認番号", "検証コード", "ワンタイムパスワード", "ワンタイムコード", "セキュリティコード",
		"ログインコード", "バックアップコード", "リカバリーコード",
		"인증번호", "인증 번호", "인증코드", "인증 코드", "확인 코드", "확인코드", "보안 코드", "보안코드", "일회용 비밀번호", "일회용 코드",
		"로그인 코드", "복구 코드", "백업 코드",
		"รหัสยืนยัน", "รหัส otp", "รหัส OTP", "รหัสผ่านครั้งเดียว",
	} {
		for _, r := range w {
			m[r] = append(m[r], w)
			break
		}
	}
	return m
}()

// unspacedFirst are the lowest bytes of the first runes of unspacedCodes; it saves
// time.
var unspacedFirst = func() (b byteSet) {
	for r := range unspacedCodes {
		b[byte(r)] = true
	}
	return b
}()
