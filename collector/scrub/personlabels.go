package scrub

// The labels of people: names of fields whose value says who somebody is. They are
// in the languages of the web's users; a name that means something else as well
// (login, address, pan) has an acceptor that asks for the value's shape.
var (
	// nameLabel is of the names of people, also those that they sign in with.
	nameLabel = &label{
		kind: Name,
		names: `username uname userlogin loginname logonname nickname gamertag surname forename firstname
			lastname fname lname fullname givenname familyname middlename maidenname nameoncard cardholder
			cardholdername ccname ccgivenname ccfamilyname ccadditionalname accountholder accountholdername
			holdername realname legalname preferredname birthname contactname emergencycontact samaccountname
			userprincipalname preferredusername patronymic usernames firstnames lastnames fullnames soyisim
			vorname vornamen nachname familienname geburtsname benutzername nutzername anmeldename spitzname
			kontoinhaber karteninhaber kundenname
			prenom nomfamille nomdefamille nomutilisateur nomcomplet nomclient titulaire
			apellido apellidos nombrecompleto nombreusuario nombredeusuario nombrecliente primerapellido
			segundoapellido primernombre titular
			sobrenome nomecompleto nomeusuario nomedeusuario nomecliente primeironome ultimonome apelido
			cognome nomeutente nomecognome intestatario
			voornaam achternaam tussenvoegsel gebruikersnaam klantnaam kaarthouder rekeninghouder
			imie nazwisko nazwauzytkownika
			fornavn etternavn efternavn mellemnavn mellomnavn brukernavn brugernavn fornamn efternamn anvandarnamn
			etunimi sukunimi kayttajanimi kayttajatunnus
			soyad soyadi adsoyad kullaniciadi
			prenume numeutilizator jmeno prijmeni keresztnev vezeteknev felhasznalonev
			billingdetailsname shippingdetailsname addresstoname addressfromname shiptoname shipfromname billtoname
			namapengguna namalengkap namadepan namabelakang hovaten tendangnhap`,
		whole: `nick moniker holder`,
		qualified: map[string]string{"first": `name`, "last": `name`, "given": `name`, "family": `name`, "middle": `name`,
			"nm": `first last`, "name": nameOwners + ` first last given family middle maiden full legal preferred real nick second personal login logon user card holder oncard`},
		phrases: []string{"name on card", "account holder", "card holder", "policy holder", "nom de famille", "nom d'utilisateur", "nom d’utilisateur", "nom complet",
			"nom du client", "nom du titulaire", "nombre de usuario", "nombre completo", "nombre del titular", "nome completo",
			"nome utente", "nome de usuario", "nome do titular", "ad soyad", "nazwa uzytkownika", "nama pengguna",
			"nama lengkap", "nama depan", "nama belakang", "họ và tên"},
		endings: `username firstname lastname fullname surname`,
		foreign: []string{"rénom", "suário", "ombre de usuário", "mię", "żytkownika", "örnamn", "nvändarnamn", "äyttäjänimi",
			"äyttäjätunnus", "oyadı", "ullanıcı adı", "амилия", "тчество", "мя пользователя", "огин", "ванд прізвище", "різвище",
			"м'я користувача", "мʼя користувача", "м’я користувача", "о батькові", "πώνυμο", "νομα χρήστη", "říjmení", "eresztnév", "ezetéknév", "ИО", "ọ tên", "ọ và tên", "živatelské jméno",
			"ên đăng nhập", "姓名", "姓", "名字", "用户名", "使用者名稱", "用戶名", "昵称", "暱稱", "真实姓名", "氏名", "ユーザー名", "ユーザ名", "お名前",
			"フリガナ", "성명", "사용자 이름", "사용자명", "닉네임", "اسم المستخدم", "الاسم الكامل", "الاسم الأول", "اسم العائلة", "اللقب", "الكنية",
			"שם משתמש", "שם משפחה", "שם פרטי", "उपयोगकर्ता नाम", "पूरा नाम", "उपनाम", "ชื่อผู้ใช้", "นามสกุล"},
		stated: true, accept: acceptName,
	}

	// plainNameLabel is of names of people and things alike: see plainNames.
	plainNameLabel = &label{
		kind:   Name,
		whole:  `name nom nombre nome isim ad naam imie numele`,
		accept: acceptPlainName,
		foreign: []string{"имя", "Имя", "ім'я", "Ім'я", "ім’я", "名", "名前", "이름", "الاسم", "नाम", "jméno", "Jméno", "adı", "Adı",
			"όνομα", "Όνομα", "ชื่อ", "tên", "Tên"},
	}

	// familyLabel is of the parts of a name in records that have both: family and given.
	familyLabel = &label{kind: Name, whole: `family given`, accept: acceptFamily}

	// contactLabel is of what stands beside people's names, and is found by its own
	// shape.
	contactLabel = &label{
		kind:      Email,
		whole:     `email mail phone mobile`,
		names:     `emailaddress phonenumber`,
		accept:    acceptContact,
		qualified: map[string]string{"email": idOwners},
	}

	// loginLabel is of names that people sign in with, under a label that also names
	// the act of signing in, and the user.
	loginLabel = &label{
		kind:      Name,
		names:     `createdby updatedby modifiedby assignedto approvedby signedby`,
		whole:     `login logon user usr identifiant usuario benutzer utilisateur gebruiker`,
		qualified: map[string]string{"user": `x remote forwarded auth authenticated`},
		accept:    acceptLogin,
	}

	// shownLabel is of names that components and applications have, too: the value
	// must be written as people's names are.
	shownLabel = &label{
		kind:      Name,
		names:     `displayname`,
		phrases:   []string{"assigned to", "created by", "updated by", "modified by", "approved by", "reported by", "requested by", "signed by"},
		whole:     `cn recipient assignee beneficiary payee patient customer author sender passenger employee student manager formatted fn`,
		qualified: map[string]string{"name": `display screen client account profile shipping billing manager approver winner`},
		accept:    acceptShownName,
	}

	// idLabel is of what identifies a person, an account or a person's device.
	idLabel = &label{
		kind: ID,
		names: `uid userid useruuid userguid userhandle userkey mrn imei meid imsi iccid idfa idfv gaid aaid adid
			advertisingid androidid deviceid deviceserial serialnumber serialno distinctid anonymousid anonid
			accountnumber accountno acctno accountid sortcode routingnumber createdbyid updatedbyid ajsuserid
			ajsanonymousid emailhash emailmd emailsha hashedemail phonehash hashedphone pnr recordlocator
			kundennummer kundennr kundenid mitgliedsnummer personalnummer matrikelnummer kontonummer kontonr
			seriennummer patientennummer versichertennummer vertragsnummer benutzerid
			numeroclient numclient idclient numerocliente idcliente numerodecliente idusuario numerocuenta
			codicecliente idutente klantnummer klantnr lidnummer rekeningnummer patientnummer personeelsnummer
			numerklienta kundnummer kundenummer medlemsnummer medlemsnr ansattnummer musterino
			asiakasnumero`,
		qualified: map[string]string{
			"id":        idOwners,
			"ids":       idOwners,
			"uuid":      idOwners,
			"guid":      idOwners,
			"handle":    `user twitter instagram github`,
			"number":    idOwners + ` loyalty membership policy personnel matriculation serial flyer medical record`,
			"no":        idOwners + ` loyalty membership policy personnel matriculation serial`,
			"nr":        idOwners + ` loyalty membership policy serial`,
			"num":       idOwners + ` loyalty membership policy serial`,
			"reference": `shopper`,
			"ref":       `customer member patient employee student`,
			"code":      `customer member patient employee student subscriber`,
			"key":       `user customer member`,
			"account":   `bank`,
			"hash":      `email mail phone user`,
			"md5":       `email mail phone user`,
			"sha256":    `email mail phone user`,
			"sha1":      `email mail phone user`,
		},
		phrases: []string{"numéro client", "numero client", "numéro de client", "numero cliente", "número de cliente",
			"numero de cliente", "número de cuenta", "numer klienta", "numéro de compte", "müşteri no", "codice cliente",
			"numéro de série", "número de serie", "numero di serie", "número do cliente", "číslo účtu"},
		foreign: []string{"омер клиента", "омер счета", "омер счёта", "омер клієнта", "üşteri numarası", "客户编号", "会员号",
			"会员编号", "用户id", "顧客番号", "会員番号", "고객번호", "회원번호", "رقم العميل", "ग्राहक संख्या"},
		stated: true, accept: acceptID,
	}

	// subjectLabel is of the subject of a token, which is its user.
	subjectLabel = &label{kind: ID, whole: `sub`, accept: acceptSubject}

	// clientLabel is of clients, who are people or programs.
	clientLabel = &label{
		kind:      ID,
		names:     `clientid gaclientid`,
		qualified: map[string]string{"id": `client`, "number": `client`, "no": `client`},
		accept:    acceptClientID,
	}

	// documentLabel is of the numbers of official documents and registers.
	documentLabel = &label{
		kind: ID,
		names: `passportnumber passportno passportnum passport nationalid nationalidnumber driverslicense driverlicense
			drivinglicence drivinglicense driverslicence licenseplate licenceplate numberplate platenumber
			vehiclenumber nino cpf cnpj cpfcnpj dni pesel bsn personnummer personnumber cprnumber aadhaar aadhar
			aadhaarnumber curp codicefiscale codfiscale taxid taxnumber taxpayerid taxfileno taxfilenumber tfn
			steuerid steueridnr steueridentifikationsnummer steuernummer idnr ahv ahvnummer ahvnr svnr svnummer
			sozialversicherungsnummer rentenversicherungsnummer krankenversicherungsnummer krankenversichertennummer
			reisepass reisepassnummer passnummer personalausweis ausweis personalausweisnummer ausweisnummer fuehrerscheinnummer hrerscheinnummer kennzeichen
			burgerservicenummer rijksregisternummer paspoortnummer sofinummer kenteken
			fodselsnummer cprnr cprnummer henkilotunnus hetu kennitala kimlikno tckimlikno tckn
			nrssn nationalinsurancenumber nhsnumber nhsno medicarenumber medicareno socialinsurancenumber
			healthcardnumber healthinsurancenumber insurancenumber
			socialsecuritynumber socialsecurityno nric hkid rrn emiratesid iqama pannumber
			nif niss nuss pasaporte passeport passaporto passaporte paspoort cedula matricula targa cnp rodnecislo
			numerosecuritesociale inn snils edrpou`,
		qualified: map[string]string{
			"number": `passport license licence plate insurance social national tax identity identification health
				medicare nhs aadhaar pan registration security card chassis vin`,
			"no":     `passport license licence plate insurance identity aadhaar`,
			"id":     `national tax government citizen identity emirates taxpayer`,
			"ids":    `national government citizen`,
			"plate":  `license licence number registration`,
			"nummer": `ahv passport`,
		},
		phrases: []string{"driver's license", "driver’s license", "drivers license", "driver license", "driving licence",
			"driving license", "driver's licence", "license plate", "licence plate", "number plate", "codice fiscale",
			"numéro de passeport", "numero de passeport", "número de pasaporte", "numero di passaporto",
			"numéro de sécurité sociale", "numero de securite sociale", "número de la seguridad social",
			"numéro d'immatriculation", "vehicle registration", "plaque d'immatriculation", "permis de conduire", "carnet de conducir", "tc kimlik no", "prawa jazdy",
			"kimlik no", "medicare card", "emirates id", "carta d'identità", "patente di guida", "permiso de conducir", "carta de condução",
			"carteira de motorista", "carteira de identidade", "prawo jazdy", "numer pesel", "dowód osobisty"},
		foreign: []string{"аспорт", "омер паспорта", "ИНН", "СНИЛС", "ІПН", "ødselsnummer", "enkilötunnus",
			"odné číslo", "аспорта", "ос. номер", "ührerschein", "одительское удостоверение", "身份证号", "身份证", "身份证号码", "身分證字號", "护照号", "护照号码", "護照號碼",
			"車牌", "车牌号", "車牌號碼", "マイナンバー", "パスポート番号", "運転免許証番号", "주민등록번호", "여권번호", "운전면허번호",
			"رقم الهوية", "رقم جواز السفر", "आधार", "आधार संख्या", "पासपोर्ट", "תעודת זהות"},
		stated: true, accept: acceptDocument,
	}

	// shapedLabel is of numbers of documents whose abbreviations mean something else
	// as well: the value must have the document's shape.
	shapedLabel = &label{
		kind:   ID,
		whole:  documentNames(),
		stated: true, accept: acceptShaped,
	}

	// birthLabel is of dates of birth.
	birthLabel = &label{
		kind:  Birth,
		whole: `born`,
		names: `geboren nacido nacida nato nata nascido nascida urodzony urodzona dob dateofbirth birthdate birthday birthyear yearofbirth birthmonth bday bdate born bdayyear datebirth
			geburtsdatum geburtstag geburtsjahr datenaissance datedenaissance anneenaissance
			fechanacimiento fechadenacimiento fechanac datanascimento datadenascimento nascimento
			datanascita datadinascita geboortedatum geboortejaar dataurodzenia fodelsedatum fodselsdato
			fodselsdag syntymaaika dogumtarihi datanasterii datumnarozeni szuletesidatum tanggallahir
			ngaysinh`,
		qualified: map[string]string{"date": `birth`, "year": `birth`, "day": `birth`},
		phrases: []string{"date of birth", "year of birth", "birth date", "born on", "date de naissance", "fecha de nacimiento",
			"data de nascimento", "data di nascita", "data urodzenia", "doğum tarihi", "data nașterii",
			"datum narození", "születési dátum", "tanggal lahir", "ngày sinh"},
		foreign: []string{"né le", "née le", "née", "né", "ødt", "ödd", "одился", "одилась", "ödelsedatum", "ødselsdato", "ødselsdag", "yntymäaika", "oğum tarihi", "ата рождения", "ата народження",
			"μερομηνία γέννησης", "atum narození", "出生日期", "生日", "出生年月", "生年月日", "誕生日", "생년월일", "생일", "تاريخ الميلاد",
			"תאריך לידה", "जन्म तिथि", "जन्मतिथि", "วันเกิด"},
		stated: true, accept: acceptBirth,
	}

	// streetLabel is of streets and house numbers.
	streetLabel = &label{
		kind: Address,
		names: `street streetaddress streetname streetline addressline addrline houseno housenumber housenr
			streetnumber strasse hausnummer hausnr rue numerorue calle indirizzo endereco logradouro straat straatnaam
			huisnummer ulica gatuadress gateadresse katuosoite sokak mailingaddress homeaddress postaladdress
			shippingaddress billingaddress deliveryaddress`,
		qualified: map[string]string{"line": `address street`, "number": `house street`, "no": `house`, "name": `street`,
			"line1": `address street`, "line2": `address street`, "line3": `address street`},
		foreign: []string{"traße", "irección", "ndereço", "улица", "лица", "улиця", "住所", "街道", "주소", "도로명주소"},
		accept:  acceptStreet,
	}

	// addressLabel is of addresses of people, machines and memory: the value must have
	// a number and a word.
	addressLabel = &label{
		kind: Address,
		names: `address addr adresse direccion adres adress osoite alamat adresa domicile domicilio line1 line2 line3
			address1 address2`,
		foreign: []string{"дрес", "адреса", "地址", "详细地址", "住址", "العنوان", "כתובת", "पता", "ที่อยู่", "địa chỉ", "ịa chỉ"},
		stated:  true, accept: acceptAddress,
	}

	// postcodeLabel is of postcodes.
	postcodeLabel = &label{
		kind: Address,
		names: `postcode postalcode zipcode zip plz postleitzahl codepostal codigopostal cep codicepostale kodpocztowy
			postnummer postnr postinumero postakodu irsz psc eircode pincode`,
		qualified: map[string]string{"code": `zip postal post`},
		phrases: []string{"code postal", "código postal", "codigo postal", "codice postale", "kod pocztowy", "posta kodu",
			"zip code", "postal code", "post code", "cod poștal", "kode pos"},
		foreign: []string{"очтовый индекс", "оштовий індекс", "аχυδρομικός κώδικας", "邮编", "邮政编码", "郵遞區號", "郵便番号", "우편번호",
			"الرمز البريدي", "מיקוד", "पिन कोड", "รหัสไปรษณีย์"},
		stated: true, accept: acceptPostcode,
	}

	// personalLabel is of what people are protected by law about, and of what little
	// else is needed to recognise one of them.
	personalLabel = &label{
		kind: Personal,
		names: `gender sex nationality religion ethnicity maritalstatus sexualorientation bloodtype bloodgroup citizenship
			geschlecht nationalitat staatsangehoerigkeit familienstand konfession sexe nationalite nacionalidad
			nacionalidade genero nazionalita nationaliteit geslacht plec`,
		foreign: []string{"taatsangehörigkeit", "nationalité", "género", "ационалность", "ол пациента", "性别", "性別",
			"国籍", "國籍", "성별", "국적", "الجنسية"},
		accept: acceptPersonal,
	}

	personLabels = []*label{nameLabel, plainNameLabel, familyLabel, contactLabel, loginLabel, shownLabel, idLabel, subjectLabel, clientLabel, documentLabel, shapedLabel, birthLabel,
		streetLabel, addressLabel, postcodeLabel, personalLabel}
)

// nameOwners are words for people, before name, and idOwners those before id and
// number: user_id, customer number.
const (
	nameOwners = `customer patient employee staff student pupil member subscriber player guest visitor passenger driver
		rider traveler traveller person contact owner creator assignee recipient sender buyer purchaser beneficiary
		payee teacher doctor applicant candidate participant donor insured spouse mother father parent child birth
		attendee citizen resident voter worker consumer reviewer cardholder author claimant payer debtor signer signatory
		invitee requester reporter learner tutor courier enduser usr cust emp guardian shopper`

	idOwners = `user account customer member patient employee staff student pupil subscriber player guest visitor
		passenger driver rider traveler traveller person profile contact owner author creator assignee recipient
		sender buyer purchaser beneficiary payee teacher doctor applicant candidate participant donor insured
		attendee resident voter worker consumer reviewer cardholder holder crm loyalty login claimant payer debtor signer invitee requester reporter learner tutor courier reader
		listener viewer enduser shopper guardian usr cust emp stu device
		advertising android anonymous distinct steam gamer facebook telegram discord openid acct`
)

// bareOwners are words for people that a long number may follow directly: user
// 5512087.
var bareOwners = words(`user customer member patient employee student subscriber passenger account`)

// signInOwners are those that a quoted user name may follow: user 'aoife_b', but not
// account 'shop' and member 'x'.
var signInOwners = words(`user customer patient employee student passenger subscriber`)
