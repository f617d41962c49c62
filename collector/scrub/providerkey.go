package scrub

import "strings"

// providerKeys are how the keys of the most used providers look: a prefix, then at
// least min characters. A new provider is an entry here and cases in testdata.
var providerKeys = []struct {
	provider, prefixes string
	min                int
	chars              keyChars
}{
	{"AWS", "AKIA ASIA AROA AIDA ABIA ACCA AGPA ANPA", 16, upperKey},
	{"GitHub", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", 16, wordKey},
	{"GitLab", "glpat- gldt- glrt- glptt- glcbt- glsoat- glft- gloas-", 16, wordKey},
	{"Google", "AIza", 30, wordKey},
	{"Google", "ya29.", 16, dottedKey},
	{"Google", "GOCSPX-", 16, wordKey},
	{"Slack", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxc- xoxd- xapp-", 10, wordKey},
	{"Slack", "xoxe.", 10, dottedKey},
	{"Stripe", "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_", 8, wordKey},
	{"Stripe webhook", "whsec_", 16, base64Key},
	{"Stripe customer", "cus_", 14, wordKey},
	{"Twilio", "AC SK", 32, hexKey},
	{"SendGrid", "SG.", 32, dottedKey},
	{"npm", "npm_", 20, wordKey},
	{"OpenAI", "sk-", 16, wordKey},
	{"OpenAI session", "sess-", 24, wordKey},
	{"Replicate", "r8_", 24, wordKey},
	{"Hugging Face, Groq, xAI, Perplexity", "hf_ gsk_ xai- pplx-", 20, wordKey},
	{"Shopify", "shpat_ shpss_ shpca_ shppa_", 20, hexKey},
	{"Square", "sq0atp- sq0csp-", 16, wordKey},
	{"Square", "EAAA", 40, wordKey},
	{"DigitalOcean", "dop_v1_ doo_v1_", 32, hexKey},
	{"PyPI", "pypi-", 32, wordKey},
	{"RubyGems", "rubygems_", 32, hexKey},
	{"Docker", "dckr_pat_", 16, wordKey},
	{"Vault", "hvs. hvb.", 20, wordKey},
	{"Grafana", "glsa_", 20, wordKey},
	{"Grafana Cloud", "glc_", 20, base64Key},
	{"Linear", "lin_api_", 20, wordKey},
	{"Notion", "ntn_", 20, wordKey},
	{"Notion", "secret_", 32, wordKey},
	{"Databricks", "dapi", 32, hexKey},
	{"Pulumi", "pul-", 40, hexKey},
	{"Mailgun", "key-", 32, hexKey},
	{"Sentry", "sntrys_", 20, base64Key},
	{"Sentry user", "sntryu_", 20, hexKey},
	{"PostHog", "phc_ phx_", 20, wordKey},
	{"Figma", "figd_", 20, wordKey},
	{"Postman", "PMAK-", 20, wordKey},
	{"New Relic", "NRAK-", 20, upperKey},
	{"Netlify", "nfp_", 20, wordKey},
	{"Supabase", "sbp_", 20, hexKey},
	{"Typeform", "tfp_", 20, wordKey},
	{"HubSpot", "pat-na1-", 20, wordKey},
	{"EasyPost", "EZAK", 40, wordKey},
	{"age", "AGE-SECRET-KEY-1", 20, upperKey},
	{"Scaleway", "SCW", 17, upperKey},
}

// keyChars are what a key may have after its prefix.
type keyChars struct {
	classes uint8  // of letters, digits and connectors
	signs   string // beside those
	padded  bool   // signs may end it
}

var (
	upperKey  = keyChars{classes: upper | digit}
	hexKey    = keyChars{classes: digit | hexLetter}
	wordKey   = keyChars{classes: alnum, signs: "_-"}
	dottedKey = keyChars{classes: alnum, signs: "_-."}
	base64Key = keyChars{classes: alnum | connector, padded: true}
)

// keyShape is one prefix of providerKeys.
type keyShape struct {
	prefix string
	min    int
	chars  byteSet
	padded bool
}

// keyShapes are the shapes by the first byte of their prefix.
var keyShapes = func() (t [256][]keyShape) {
	for _, k := range providerKeys {
		chars := bytesIn(k.chars.classes, k.chars.signs)
		for _, p := range strings.Fields(k.prefixes) {
			t[p[0]] = append(t[p[0]], keyShape{p, k.min, chars, k.chars.padded})
		}
	}
	return t
}()

// keyStarts are the first two letters of the prefixes.
var keyStarts = func() string {
	var starts []string
	for _, k := range providerKeys {
		for _, p := range strings.Fields(k.prefixes) {
			starts = append(starts, p[:2])
		}
	}
	return strings.Join(starts, " ")
}()

// providerKey finds a provider's key that begins with the word at i.
func providerKey(s string, i, _ int) match {
	for k := range keyShapes[s[i]] {
		if end := keyShapes[s[i]][k].end(s, i); end > 0 {
			return found(i, end)
		}
	}
	return match{}
}

// end gives where the key of the shape that begins at i ends, 0 if there is none.
func (k *keyShape) end(s string, i int) int {
	if !strings.HasPrefix(s[i:], k.prefix) {
		return 0
	}
	body := i + len(k.prefix)
	end := body
	var seen uint8
	for end < len(s) && k.chars[s[end]] {
		seen |= class[s[end]]
		end++
	}
	for end > body && !k.padded && strings.IndexByte("-_.=+/", s[end-1]) >= 0 {
		end--
	}
	if end-body < k.min || seen&(digit|upper) == 0 || isAt(s, end, alnum) {
		return 0
	}
	if k.prefix == "sk-" && seen&digit == 0 && scoreWord(s[body:end]) >= 0 { // a class name
		return 0
	}
	return end
}
