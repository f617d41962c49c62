package scrub

// personWords are segments after which a segment names a person.
var personWords = words(`users user u profile profiles customers customer accounts account patients patient members
	member people person persons employees employee students student teachers teacher clients client contacts contact
	authors author owners owner guests guest visitors visitor subscribers subscriber doctors doctor physicians
	candidates candidate applicants applicant agents agent drivers driver players player staff followers following
	friends friend by-email by-user by-phone usernames username email emails phone phones impersonate invitees
	beneficiaries recipients recipient tenants residents citizens lawyers voters donors sellers seller buyers buyer
	usuarios usuario benutzer nutzer kunden kunde utilisateurs utilisateur clientes cliente utenti utente gebruikers
	klanten patienten mitarbeiter user-profile user-profiles userprofile user_profile customer-profile participants
	attendees attendee speakers mentions mitglieder mitglied membres membre miembros miembro membros membro membri leden
	medewerkers empleados empleado employes dipendenti dipendente medlemmar medlemmer brugere anvandare kullanicilar
	pacientes paciente pazienti alumnos alunos eleves studenten schueler lehrer aerzte medecins vendedores verkaeufer
	abonnenten autoren auteurs autores`)

// groupWords are segments after which a segment of several words that are no page's
// names a person.
var groupWords = words(`team our-team teams crew board leadership management speaker speakers trainer trainers coach coaches
	instructor instructors therapist therapists lawyer attorneys attorney expert author-bio bio equipo`)

// groupThings are words of the names of groups: /team/red-bulls.
var groupThings = words(`united city real fc afc cf sc ac athletic atletico sporting racing rovers rangers wanderers albion
	county town bulls bears lions tigers eagles hawks giants kings jets sox yankees dodgers red blue green black white
	golden state north south east west new york los angeles san las club squad front-end frontend backend back end full
	stack data dev ops devops infra platform core mobile web qa ux ui hr it legal growth brand creative executive
	success human resources people general field inside outside customer-care who we are what meet open join work why
	site reliability machine learning artificial intelligence night day shift spring summer autumn winter alpha beta
	gamma delta epsilon one two three four how`)

// fixedWords are pages of a site that may follow a person word: /users/me.
var fixedWords = words(`me new edit search settings login logout signin signout sign-in sign-out sign_in sign_out signup
	sign-up sign_up register registration list all index create add delete remove update import export self current
	count active inactive recent stats statistics report reports dashboard overview home help about profile profiles
	account accounts orders order preferences prefs security notifications notification billing password passwords
	reset reset-password forgot forgot-password change-password verify verification confirm confirmation invite
	invites invitations activity activities groups group roles role permissions permission batch bulk history
	favorites favourites api addresses address payments payment payment-methods cards wallet invoices invoice
	subscription subscriptions plan plans upgrade wishlist cart checkout basket returns messages message inbox
	contacts contact details detail info edit-profile public private posts post photos photo avatar avatars image
	images files file documents document upload uploads download downloads feed timeline followers following friends
	blocked sessions session devices device tokens token keys api-keys mfa 2fa otp email emails phone phones privacy
	terms consent data delete-account close deactivate activate suspend enable disable lock unlock status state view
	views table grid map calendar events event tags tag notes note comments comment reviews review ratings points
	rewards loyalty coupons gift-cards referrals referral onboarding welcome start setup complete success error
	failed pending archived deleted trash filter filters sort page pages tab tabs team teams organization
	organizations org users user members member customers customer patients patient people staff employees roster
	directory lookup find query autocomplete suggest suggestions validate check exists exist availability available
	me.json my mine default general basic personal company business language locale theme appearance integrations
	webhooks connections apps oauth sso saml callback authorize auth appointments records prescriptions visits labs
	results shipping delivery tracking saved recently-viewed balance transactions transfer transfers statements
	limits usage quota logs audit audit-log impersonate switch select choose step-1 step-2 step-3 profile-picture us
	form thanks thank-you sales support press`)

// buildWords are directories in which a segment is the id of a build.
var buildWords = words(`static assets build builds dist _next _nuxt js css chunks releases release versions
	deployments bundles`)

// archiveWords are segments that a year may follow.
var archiveWords = words(`blog blogs news archive archives posts press articles article uploads magazine stories year
	years season seasons edition editions calendar jahr annee ano anno`)
