package enrich

import (
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// synthetics are the marks of monitors, laboratories and test browsers, in
// lower case, as their vendors document them; the list of crawler-user-agents
// (MIT) named some more. A mark must not be a part of what people's browsers say.
var synthetics = []string{
	// Browsers without a person.
	"headlesschrome", "headlessedg", "headlessfirefox", "phantomjs", "slimerjs", "jsdom/", "happydom/", "cypress", "playwright", "puppeteer",
	"selenium", "webdriver", "nightmare/", "testcafe", "splash version", "ghost inspector",
	// Monitors that visit with a browser.
	"datadogsynthetics", "datadog synthetic", "datadog/synthetics", "elastic/synthetics", "newrelicsynthetics", "ruxitsynthetic", "dynatracesynthetic",
	"site24x7", "catchpoint", "cloudwatchsynthetics", "pingdom", "checkly", "uptrends", "splunk synthetics", "splunk/synthetics", "rigor)",
	"appdynamics", "thousandeyes", "grafana k6", " k6/", "k6browser", "//k6.io", "synthetic-monitoring-agent", "gomezagent", "ktxn/", "alertsite", "apica/",
	"dotcom-monitor", "rapidspike", "yottaamonitor", "instana-synthetic", "observepoint", "websitepulse", "googlestackdrivermonitoring",
	"applicationinsights", "syntheticmonitor", "synthetic monitor", "synthetics/",
	// Monitors that ask whether it is up.
	"uptimerobot", "statuscake", "better uptime", "betteruptime", "better stack", "uptime-kuma", "uptimebot", "uptime.com", "nodeping",
	"updown.io", "hetrixtools", "freshping", "ohdear/", "sentryuptimebot", "zabbix", "prtg network monitor", "blackbox exporter", "monitis",
	"cloudflare-healthchecks", "site-monitor", "montastic", "wormlybot", "jetmon/", "downnotifier",
	// Laboratories.
	"chrome-lighthouse", "lighthouse/", "google page speed", "pagespeed", "ptst/", "webpagetest", "gtmetrix", "speedcurve", "calibre", "debugbear",
	"sitespeed.io", "dareboost", "ylt chrome", "yellowlab", "treo.sh",
}

// bots are the marks of crawlers, previewers, agents and scanners that hasBotName
// does not know, in lower case, as their operators document them.
var bots = []string{
	"google-inspectiontool", "googleother", "storebot-google", "adsbot-google", "mediapartners-google", "apis-google", "feedfetcher-google",
	"google-read-aloud", "google-safety", "google-extended", "google-site-verification", "google-adwords", "google web preview", "google favicon",
	"googleimageproxy", "googleagent-", "google-agent", "google-notebooklm", "google-structured-data", "duplexweb-google", "googleweblight",
	"bingpreview", "microsoftpreview", "slurp", "yandex.com/bots", "yahoo link preview", "ia_archiver", "heritrix", "httrack", "nutch", "scrapy",
	"facebookexternalhit", "facebookcatalog", "facebot", "meta-external", "meta-webindexer", "slack-imgproxy", "skypeuripreview", "embedly",
	"iframely", "vkshare", "snap url preview", "flipboardproxy", "discourse forum onebox", "pinterest.com/bot", "quora link preview",
	"chatgpt-user", "chatgpt agent", "claude-user", "claude-web", "anthropic-ai", "perplexity-user", "perplexityuser", "mistralai-user", "cohere-ai",
	"gemini-deep-research", "novaact", "manus-user", "amazonbuyforme", "amazon-bedrock-agentcore", "amzn-user", "firecrawl", "crawl4ai", "apify",
	"screaming frog", "sitebulb", "ahrefssiteaudit", "siteimprove", "oncrawl", "deepcrawl", "contentking", "semrush", "sistrix", "linkchecker",
	"w3c_validator", "w3c-checklink", "validator.nu", "prerender", "rendertron", "cookiehub", "proximic", "admantx", "ias_crawler",
	"acunetix", "netsparker", "invicti", "nessus", "qualys", "nikto", "sqlmap", "wpscan", "detectify", "censysinspect", "zgrab", "masscan",
	"netcraftsurvey", "netcraft web server", "expanse", "virustotal", "leakix", "l9explore",
}

// trafficOf tells whose visit an agent is. Libraries such as curl or
// Go-http-client are people's: they run no page, but pass on what one sent.
func trafficOf(agent string) beacon.TrafficClass {
	lower := strings.ToLower(agent)
	switch {
	case containsAny(lower, synthetics):
		return beacon.Synthetics
	case strings.HasPrefix(lower, "whatsapp/"): // the app's previews; its browser is the system's
		return beacon.Bots
	case strings.Contains(lower, "+http"), containsAny(lower, bots), hasBotName(withoutModel(lower)):
		return beacon.Bots
	}
	return beacon.People
}

// withoutModel cuts what an Android device calls itself: a CUBOT or a Spider is
// a phone.
func withoutModel(lower string) string {
	before, rest, ok := strings.Cut(lower, "android")
	if !ok || strings.Contains(before, "compatible") {
		return lower
	}
	if end := strings.IndexByte(rest, ')'); end >= 0 {
		return before + rest[end:]
	}
	return before
}

// botNames end the names of crawlers.
var botNames = [...]string{"bot", "crawler", "spider", "scraper", "crawl", "fetcher", "archiver", "indexer"}

// hasBotName reports whether an agent has a name that ends like a crawler's:
// before a version, a dash, the end of a comment or of the agent. Words that
// merely begin so, as SpiderSolitaire, and a name in the middle of a sentence
// are not.
func hasBotName(lower string) bool {
	for _, name := range botNames {
		for from := 0; ; {
			at := strings.Index(lower[from:], name)
			if at < 0 {
				break
			}
			from += at + len(name)
			if strings.HasSuffix(lower[:from], "cubot") {
				continue
			}
			if from == len(lower) || strings.IndexByte("/;),+-_]@", lower[from]) >= 0 {
				return true
			}
		}
	}
	return false
}
