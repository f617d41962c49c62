package scrub

// rules are what the scanner looks for at signs, words and runs, in the order in
// which it asks where several are looked for at one place: the first that matches
// wins. A new rule is an entry here, its matcher in a file of its concept, and
// cases in testdata.
var rules = []rule{
	// Addresses of people, machines and places.
	{name: "email", kind: Email, signs: "@", after: &localEnds, find: email},
	{name: "URL", signs: "://", textOnly: true, apply: (*scan).absoluteURL},
	{name: "path", signs: "/", after: &pathLeads, textOnly: true, apply: (*scan).barePath},
	{name: "query", signs: "?", after: &queryLeads, textOnly: true, apply: (*scan).bareQuery},
	{name: "Windows home", kind: ID, signs: `\`, after: &usersEnds, find: windowsHome},
	{name: "IPv6", signs: ":", digitsLead: true, apply: (*scan).ipv6},
	{name: "MAC with colons", kind: MAC, signs: ":", after: &hexDigits, digitsLead: true, find: macColons},
	{name: "data URL", kind: Data, signs: ":", after: &dataEnds, find: dataURL},
	{name: "degrees", kind: Geo, signs: "°", after: &numberEnds, find: degrees},

	// Secrets that something before them names.
	{name: "form part", signs: "=", after: &nameLast, textOnly: true, apply: (*scan).formPart},
	{name: "line of a vCard", signs: ":", after: &cardEnds, textOnly: true, apply: (*scan).cardLine},
	{name: "segment of HL7", signs: "|", after: &segmentEnds, textOnly: true, apply: (*scan).segmentLine},
	{name: "entry of a form", signs: `["  ['`, textOnly: true, apply: (*scan).arrayPair},
	{name: "labelled value", signs: ": =", after: &labelEnds, apply: (*scan).labelledValue},
	{name: "labelled element", signs: ">", after: &elementEnds, apply: (*scan).labelledValue},
	{name: "form element", signs: "<", apply: (*scan).formElement},
	{name: "attribute selector", kind: Secret, signs: "[value", apply: (*scan).valueSelector},
	{name: "secret after ->", kind: Secret, signs: ">", after: &arrowLeads, find: secretAfterArrow},
	{name: "secret after →", kind: Secret, signs: "→", find: secretAfterWideArrow},
	{name: "key of a database", signs: ")=(", apply: (*scan).keyValue},
	{name: "identity after ->", signs: "-> →", apply: (*scan).identityAfterArrow},
	{name: "private key", kind: Key, signs: "-", apply: (*scan).privateKey},
	{name: "command option", kind: Secret, signs: "-", after: &optionLeads, find: commandOption},

	// Words.
	{name: "UUID", kind: UUID, words: lettersOnly | withDigits, least: 8, most: 8, follows: &dashes, find: uuid},
	{name: "JWT", kind: JWT, words: lettersOnly | lettersFirst, least: 3, starts: "ey ew", find: jwt},
	{name: "provider key", kind: Key, words: lettersOnly | lettersFirst, least: 2, starts: keyStarts, find: providerKey},
	{name: "MAC with dots", kind: MAC, words: lettersOnly | lettersFirst | digitsFirst, least: 4, most: 4, follows: &points, find: macDots},
	{name: "secret after is", kind: Secret, words: lettersOnly, least: 2, most: 2, starts: "is", find: secretAfterIs},
	{name: "recovery code", kind: Secret, words: lettersOnly, least: 4, most: 5, starts: anyCase("co"), follows: &blanks, find: recoveryCode},
	{name: "secret after password", kind: Secret, words: lettersOnly, least: 6, most: 10, starts: anyCase("pa"), find: secretAfterPassword},
	{name: "value before its name", words: lettersOnly, least: 3, most: 8, starts: "va en go re", follows: &blanks, apply: (*scan).namedAfter},
	{name: "stated identity", words: lettersOnly, least: 2, starts: statedStarts, follows: &statedGaps, apply: (*scan).statedIdentity},
	{name: "identity after a foreign label", words: withDigits, least: 1, apply: (*scan).statedForeign},
	{name: "name after a greeting", words: lettersOnly, least: 2, most: 9, starts: greetingStarts, follows: &greetingFollows, textOnly: true, apply: (*scan).greetedName},
	{name: "national id of digits", kind: ID, words: digitsOnly, least: 1, most: 6, follows: &idJoints, find: nationalID},
	{name: "national id of letters", kind: ID, words: lettersFirst | digitsFirst, least: 16, most: 18, find: nationalID},
	{name: "identity number", kind: ID, words: digitsOnly, least: 18, most: 18, find: nationalID},
	{name: "credentials", kind: Token, words: lettersOnly, least: 5, most: 6, starts: anyCase("be ba ap di"), find: credentials},
	{name: "recovery phrase", words: lettersOnly, least: minRecoveryWord, most: maxRecoveryWord, follows: &recoveryFollows, apply: (*scan).recoveryWord},
	{name: "spelled email", kind: Email, words: lettersOnly, least: 2, most: 2, starts: spelledAts, textOnly: true, find: spelledEmail},
	{name: "password in quotes", kind: Secret, words: lettersOnly, least: 5, most: 12, starts: passwordStarts, find: quotedPassword},
	{name: "password argument", kind: Secret, signs: `("  ('`, after: &letters, textOnly: true, find: passwordArgument},
	{name: "password before", kind: Secret, words: lettersFirst | digitsFirst, least: 5, most: 24, textOnly: true, find: passwordBefore},
	{name: "card code or PIN", kind: Secret, words: digitsOnly, least: 3, most: 8, find: cardCode},
	{name: "one-time code", kind: Secret, words: withDigits, least: 2, most: 12, find: oneTimeCode},
	{name: "IBAN", kind: IBAN, words: lettersFirst, least: 4, starts: ibanStarts, find: iban},
	{name: "ULID", kind: ULID, words: digitsFirst, least: 26, most: 26, find: ulid},
	{name: "MAC with dashes", kind: MAC, words: lettersOnly | withDigits, least: 2, most: 2, follows: &dashes, find: macDashes},
	{name: "MAC without separators", kind: MAC, words: withDigits, least: 12, most: 12, find: macPlain},

	// Runs of token characters.
	{name: "base64 data", kind: Data, runs: true, find: base64Data},
	{name: "random token", kind: Token, runs: true, apply: (*scan).randomTokens},
}

// numberRules are what the scanner looks for at each group of a chain of digit
// groups, in the order in which it asks.
var numberRules = []numberRule{
	{name: "date", groups: 2, seps: &dateSeps, find: date},
	{name: "card", kind: Card, groups: 1, find: card},
	{name: "IPv4", kind: IP, groups: 4, seps: &ipv4Seps, find: ipv4},
	{name: "SSN", kind: SSN, groups: 1, find: ssn},
	{name: "coordinate", kind: Geo, groups: 2, seps: &points, short: true, find: coordinate},
	{name: "coordinates", kind: Geo, groups: 4, seps: &decimalSigns, find: coordinates},
	{name: "phone", kind: Phone, groups: 1, find: phone},
}
