package scrub

// stopKey is the first bytes of a word beyond ASCII.
type stopKey [3]byte

// The words that tell a sentence about a field from its value. A new language is a
// line in each table, and cases in testdata that must stay.
var (
	// personStops are words of messages about fields, which no name has.
	personStops = words(`this that these got want expected field fields value please enter enters cannot must should be been not blank empty
		required require already taken exist exists least most characters character chars letters digits only between too
		short long valid invalid format match matches missing provide provided select choose choice allowed permitted unique
		used use available unavailable failed failure fails error errors unknown unexpected supported does doesn't don't isn't
		can't won't has have had is are was were contain contains containing minimum maximum length min max type types
		provider response request status exception timeout undefined property object optional mandatory forbidden unable found
		cart checkout default first last middle given family full user username firstname lastname name surname asc desc
		ascending descending hidden text visible readonly disabled enabled focus blur changed updated loading

		bitte eingeben ausfüllen pflichtfeld erforderlich darf nicht leer sein muss müssen ungültig ungültige fehlt bereits
		vergeben angeben zeichen mindestens höchstens kann wird wurde unbekannt feld eingabe falsch keine gültig gesperrt

		veuillez saisir champ obligatoire requis requise invalide doit être déjà utilisé utilisée caractères moins vide
		remplir renseigner manquant manquante valeur incorrecte incorrect

		por favor campo obligatorio obligatoria requerido requerida inválido inválida debe ser vacío vacía caracteres ya
		existe uso válido válida introduzca ingrese obrigatório obrigatória preencha deve vazio digite informe inválidos

		inserire campo obbligatorio obbligatoria richiesto richiesta valido valida deve essere vuoto caratteri già

		verplicht verplichte veld ongeldig ongeldige moet zijn leeg tekens vul vereist bestaat al in gebruik

		wymagane wymagany wymagana pole proszę podać nieprawidłowe nieprawidłowy niepoprawne musi być puste znaków istnieje
		zajęta

		krävs fält obligatoriskt ogiltig ogiltigt måste vara tomt tecken påkrevd påkrævet felt ugyldig må være tegn skal
		pakollinen virheellinen kenttä

		zorunlu zorunludur alan geçersiz girin boş olamaz gerekli en az karakter

		povinné povinný pole neplatné neplatný kötelező érvénytelen mező obligatoriu invalid wajib harus tidak bắt buộc

		обязательно обязательное обязательный поле неверный неверное неверно некорректное введите укажите заполните занято
		должно должен быть символов пустым отсутствует обов'язкове обов'язково введіть вкажіть має бути невірне

		υποχρεωτικό πεδίο μη έγκυρο`)

	// foreignStops are such words in scripts without blanks or capitals.
	foreignStops = []string{"必填", "不能", "请输入", "請輸入", "为空", "無效", "无效", "错误", "錯誤", "不存在", "已存在", "必须", "必須", "已被",
		"格式", "ください", "入力", "無効", "空です", "です", "必要", "필수", "입력", "없습", "잘못", "있습", "합니다", "하세요",
		"مطلوب", "مطلوبة", "إدخال", "غير صالح", "يجب", "חובה", "शून्य", "आवश्यक", "अनिवार्य", "दर्ज करें", "अमान्य", "กรุณา", "จำเป็น"}

	// foreignStopsBy has them by their first bytes.
	foreignStopsBy = func() map[stopKey][]string {
		by := map[stopKey][]string{}
		for _, w := range foreignStops {
			k := stopKey([]byte(w[:len(stopKey{})]))
			by[k] = append(by[k], w)
		}
		return by
	}()

	// predicates go on a sentence about the value before them: aoife not found.
	predicates = words(`not is was has already does did cannot could failed exists and or from for at in on with to tried got
		ist existiert wird wurde ya est déjà existe bereits già esiste já já is bestaat już jest zaten уже существует вже
		är finns er eksisterer on již`)

	// nameParticles are in names without a capital.
	nameParticles = words(`de da do dos das del della di du des la le el al bin ibn ben van von vom zu zur der den het ter ten
		af av y e i und och os st mc mac o'`)

	// typeNames are types and rules of fields: firstName: String, "userId":"uuid".
	typeNames = words(`string str char varchar text textarea number integer int int32 int64 i32 i64 u32 u64 float double
		decimal bigint long short byte boolean bool date datetime timestamp time uuid guid id object array list map any
		unknown never void record partial enum json email url uri password hidden input select checkbox radio keyword
		nonnull varchar2 serial option maybe optional`)

	// codeRoots are the variables that expressions begin with: props.userId.
	codeRoots = words(`this self that props prop state ctx context req request res response event evt e ev form forms formik
		values data params query body input inputs session user users account customer member profile current currentuser
		store window document config options args item row record model entity obj object result payload variables fields
		field schema errors error z yup joi zod proptypes types type t i18n v vm app router route event.target node el
		element target util utils validators validator math json string number date object array`)

	// loginWords are methods and results of signing in, roles and programs.
	loginWords = words(`success successful succeeded failed failure ok error sso saml oauth oauth2 oidc google facebook apple
		github gitlab microsoft azure twitter linkedin email mail phone sms password passkey webauthn magic link required
		optional disabled enabled expired manual auto automatic silent prompt popup redirect timeout guest anonymous admin
		root system test demo service postgres mysql www-data nobody default public app web mobile agent bot locked blocked
		unknown new existing returning premium free trial pro basic standard active inactive idle online offline closed open
		logged in out true false null none undefined`)
)
