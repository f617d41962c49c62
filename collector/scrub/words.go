package scrub

import "strings"

// wordSet is a set of lower-case words that is asked about many that are not in
// it.
type wordSet struct {
	words map[string]bool
	// lengths has, for each first byte, a bit for each length that a word has.
	lengths [256]uint32
}

func set(words string) *wordSet {
	w := &wordSet{words: map[string]bool{}}
	for _, s := range strings.Fields(words) {
		w.add(s)
	}
	return w
}

func (w *wordSet) add(s string) {
	w.words[s] = true
	if len(s) < maxWord {
		w.lengths[s[0]] |= 1 << len(s)
	}
}

// maxWord is over the length of the longest word.
const maxWord = 32

// has says whether s is in the set, whatever its case.
func (w *wordSet) has(s string) bool {
	if s == "" || len(s) >= maxWord {
		return false
	}
	first := s[0]
	if is(first, upper) {
		first |= 0x20
	}
	if w.lengths[first]&(1<<len(s)) == 0 {
		return false
	}
	var buf [maxWord]byte
	n := copy(buf[:], s)
	for i := range n {
		if is(buf[i], upper) {
			buf[i] |= 0x20
		}
	}
	return w.words[string(buf[:n])]
}

// isPerson says whether the segment after this one names a person.
func (sc *scan) isPerson(s string) bool {
	return personWords.has(s) || sc.scrubber.person.has(s) || sc.network && s == "in"
}

// isFixed says whether a segment after a person word is a page of the site and
// not a person.
func isFixed(s string) bool { return fixedWords.has(s) }

var personWords = set(`users user u profile profiles customers customer accounts account patients patient members member
	people person persons employees employee students student teachers teacher clients client contacts contact
	authors author owners owner guests guest visitors visitor subscribers subscriber doctors doctor physicians
	candidates candidate applicants applicant agents agent drivers driver players player staff followers following
	friends friend by-email by-user by-phone usernames username email emails phone phones impersonate invitees
	beneficiaries recipients recipient tenants residents citizens lawyers voters donors sellers seller buyers buyer
	usuarios usuario benutzer nutzer kunden kunde utilisateurs utilisateur clientes cliente utenti utente gebruikers klanten
	patienten mitarbeiter user-profile user-profiles userprofile user_profile customer-profile
	participants attendees attendee speakers mentions`)

var fixedWords = set(`me new edit search settings login logout signin signout sign-in sign-out sign_in sign_out signup
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

// buildWords are directories after which a build, not a person, has its id.
var buildWords = set(`static assets build builds dist _next _nuxt js css chunks releases release versions deployments bundles`)

// archiveWords are segments after which a year stands.
var archiveWords = set(`blog blogs news archive archives posts press articles article uploads magazine stories`)

// codeExtension says whether files with the extension are sources or built
// from them; their names are the code's, hashes and all.
func codeExtension(e string) bool { return codeExtensions.has(e) }

// mediaExtension says whether files with the extension are pictures, fonts or films.
func mediaExtension(e string) bool { return mediaExtensions.has(e) }

func documentExtension(e string) bool { return documentExtensions.has(e) }

var (
	codeExtensions     = set(`js mjs cjs jsx ts mts cts tsx css scss sass less styl map vue svelte astro wasm woff woff2 ttf otf eot coffee elm dart webmanifest bundle chunk`)
	mediaExtensions    = set(`png jpg jpeg gif svg webp avif ico bmp tif tiff mp4 webm ogg ogv mp3 wav m4a mov m3u8`)
	documentExtensions = set(`html htm xhtml php asp aspx jsp jspx do action cgi json xml txt csv pdf doc docx xls xlsx ppt pptx md rss atom zip gz tar ics vcf yaml yml log`)
)
