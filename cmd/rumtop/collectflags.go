package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/collector/scrub"
)

// collectFlags configure a collector.
type collectFlags struct {
	listen         string
	metricsListen  string
	regionHeader   string
	geoip          string
	origins        []string
	trustedProxies []string
	clientHeader   string
	rateLimit      string
	siteRateLimit  string
	certFile       string
	keyFile        string
	identityKey    string
	identityBucket string
	consent        string
	linger         time.Duration
	keepParams     []string
	personWords    []string
	forwardTo      []string
	forwardIP      bool
}

// register adds the collector's flags. demo and local already have --region as
// a filter; they share its meaning with the collector, see soleRegion.
func (c *collectFlags) register(fs *pflag.FlagSet, listen string) {
	fs.StringVar(&c.listen, "listen", listen, "address to receive beacons on")
	fs.StringArrayVar(&c.origins, "origin", nil, "origin allowed to report: https://*.shop.example, null, * (repeatable)")
	fs.StringVar(&c.regionHeader, "region-header", "", "header with the client's region or country; read from --trusted-proxies only")
	fs.StringVar(&c.geoip, "geoip", "", "MaxMind database for region and country by client address")
	fs.StringArrayVar(&c.trustedProxies, "trusted-proxies", nil, "CIDRs whose client and region headers are trusted (repeatable)")
	fs.StringVar(&c.clientHeader, "client-header", "X-Forwarded-For", "header in which --trusted-proxies send the client address: also Forwarded, …")
	fs.StringVar(&c.certFile, "listen-cert", "", "TLS certificate (PEM) of --listen; reloaded after a change")
	fs.StringVar(&c.keyFile, "listen-key", "", "private key of the certificate (PEM); only its owner may be able to read it")
	fs.StringVar(&c.rateLimit, "rate-limit", "100", "requests per second and client address, in bursts of ten seconds' worth; or off")
	fs.StringVar(&c.siteRateLimit, "site-rate-limit", "10000", "requests per second and site, in bursts of ten seconds' worth; or off")
	fs.StringVar(&c.identityKey, "identity-key", "", "key file for hashing identifiers; share it among collectors; created if missing")
	fs.StringVar(&c.identityBucket, "identity-bucket", "", "NATS key-value bucket with that key; created if missing and permitted")
	fs.StringVar(&c.consent, "default-consent", "full", "consent assumed if a beacon has none: full, minimal, none")
	fs.StringArrayVar(&c.keepParams, "keep-param", nil, "URL query parameter to keep, with its value scrubbed (repeatable)")
	fs.StringArrayVar(&c.personWords, "person-word", nil, "path segment before a user id, such as users (repeatable)")
	fs.StringArrayVar(&c.forwardTo, "forward-to", nil, "SDK=URL: also forward that SDK's requests UNSCRUBBED to its vendor (repeatable)")
	fs.BoolVar(&c.forwardIP, "forward-client-ip", false, "send the client address to --forward-to in X-Forwarded-For")
	fs.DurationVar(&c.linger, "linger", 150*time.Millisecond, "time to fill a batch before publishing it")
}

func (c *collectFlags) config(sites []string, region string, log *slog.Logger) (collector.Config, error) {
	cfg := collector.Config{
		Origins: c.origins, Region: region, RegionHeader: c.regionHeader, GeoIP: c.geoip,
		TrustedProxies: c.trustedProxies, ClientHeader: c.clientHeader, IdentityKeyFile: c.identityKey,
		CertFile: c.certFile, KeyFile: c.keyFile,
		DefaultConsent: c.consent, Linger: c.linger, Logger: log, SeparateAdmin: c.metricsListen != "",
		Scrub: scrub.Config{KeepParams: c.keepParams, PersonWords: c.personWords},
	}
	var err error
	if cfg.Sites, err = parseSites(sites); err != nil {
		return cfg, err
	}
	if cfg.Forward.Targets, err = parseTargets(c.forwardTo); err != nil {
		return cfg, err
	}
	cfg.Forward.ClientIP = c.forwardIP
	if cfg.RateLimit, err = parseRate("rate-limit", c.rateLimit); err != nil {
		return cfg, err
	}
	if cfg.SiteRateLimit, err = parseRate("site-rate-limit", c.siteRateLimit); err != nil {
		return cfg, err
	}
	if c.linger < time.Millisecond || c.linger > 10*time.Second {
		return cfg, usage("--linger %s: use 1ms to 10s", c.linger)
	}
	if c.identityKey != "" && c.identityBucket != "" {
		return cfg, usage("--identity-key and --identity-bucket: set only one of them")
	}
	if c.identityBucket != "" && !bucketName.MatchString(c.identityBucket) {
		return cfg, usage("--identity-bucket %q: invalid name: use A-Z a-z 0-9 _ -", c.identityBucket)
	}
	if err := cfg.Check(); err != nil {
		return cfg, usage("%w", err)
	}
	return cfg, nil
}

// parseRate reads requests a second; -1 for off.
func parseRate(flag, text string) (float64, error) {
	if text == "off" {
		return -1, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= 1e9) {
		return 0, usage("--%s %q: use requests per second, or off", flag, text)
	}
	return n, nil
}

var bucketName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

var siteName = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

// parseSites reads NAME=KEY. A name alone is a site without a key, which is
// allowed only if it is the only site.
func parseSites(sites []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range sites {
		name, key, hasKey := strings.Cut(s, "=")
		switch {
		case !siteName.MatchString(name):
			return nil, usage("--site %q: invalid name: use 1 to 32 of a-z 0-9 _ -, as in --site shop=KEY", s)
		case hasKey && key == "":
			return nil, usage("--site %s=: no key: use NAME=KEY", name)
		case !hasKey && len(sites) > 1:
			return nil, usage("--site %s: several sites need a key each: use --site %s=KEY", name, name)
		}
		if _, twice := out[name]; twice {
			return nil, usage("--site %s: set twice", name)
		}
		out[name] = key
	}
	return out, nil
}

// parseTargets reads SDK=ADDRESS.
func parseTargets(targets []string) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range targets {
		name, address, ok := strings.Cut(t, "=")
		if !ok {
			return nil, usage("--forward-to %q: use SDK=URL, such as sentry=https://o1.ingest.sentry.io", t)
		}
		if _, twice := out[name]; twice {
			return nil, usage("--forward-to %s: set twice: an SDK has one target", name)
		}
		out[name] = address
	}
	return out, nil
}

// soleRegion is the region of a collector whose command also filters by region:
// one plain name is both, anything else is only a filter.
func soleRegion(regions []string) string {
	if len(regions) == 1 && siteName.MatchString(regions[0]) {
		return regions[0]
	}
	return ""
}

// viewSite is the site that demo and local show: the first that they collect for.
func viewSite(sites []string) string {
	name, _, _ := strings.Cut(sites[0], "=")
	return name
}

// scriptTag is the HTML of a page that reports to the collector at a URL.
func scriptTag(url, key string) string {
	if key != "" {
		key = fmt.Sprintf(` data-key="%s"`, key)
	}
	return fmt.Sprintf(`<script async crossorigin src="%s/rum.js"%s data-release="1.0.0"></script>`, url, key)
}
