package collector

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/collector/scrub"
)

// Config is a collector's configuration. Sites is required; the zero value of
// every other field means its default.
type Config struct {
	// Sites are the names of the sites with their public keys. A name becomes
	// part of a subject: one to 32 of a-z 0-9 _ -. A single site may have an
	// empty key, then requests need none; that is meant for one's own machine.
	Sites map[string]string

	// Origins are the pages that browsers may report from: "https://shop.example"
	// exactly, or "https://*.shop.example" for all hosts below it, with a port
	// if it has one; also "capacitor://localhost" and the like of apps, and "null"
	// for pages without an origin, see edge.ParseOrigins. Without any, only pages
	// on the collector's own host and on localhost may report; the pattern "*"
	// allows every origin. Requests without an Origin header are not from another
	// site's page and always pass.
	Origins []string

	// Region is a fixed region. RegionHeader names a header with a region or
	// country, trusted from TrustedProxies only. GeoIP is a MaxMind file with
	// countries: the region is then the continent. Region comes first, then
	// RegionHeader, then GeoIP; without any of them the region is "unknown".
	Region       string
	RegionHeader string
	GeoIP        string

	// TrustedProxies are the addresses (CIDR or single) whose ClientHeader and
	// RegionHeader are trusted.
	TrustedProxies []string

	// ClientHeader is where trusted proxies write the client's address:
	// X-Forwarded-For (default), Forwarded (RFC 7239), or one of their own
	// (CF-Connecting-IP). It must be one that they set or extend in every request;
	// clients can make up any other.
	ClientHeader string

	// RateLimit is how many requests per second one client address may send
	// (IPv6: one /64), with ten seconds' worth at once. 0 is 100, negative is off.
	RateLimit float64

	// SiteRateLimit is how many requests per second all clients of one site may
	// send, with ten seconds' worth at once: one site's crowd, or a flood from
	// many addresses under its public key, leaves room for the others. 0 is
	// 10,000, about a third of what two cores answer; negative is off.
	SiteRateLimit float64

	Limits Limits

	// CertFile and KeyFile (PEM) make the Server serve TLS and HTTP/2. They are
	// reloaded after a change. A key that everybody can read is refused.
	CertFile, KeyFile string

	// A batch is published Linger after its first beacon (default 150 ms), or
	// when it holds BatchBeacons (512) or about BatchBytes (128 KiB).
	Linger       time.Duration
	BatchBeacons int
	BatchBytes   int

	// QueueBytes bounds everything that waits for NATS (default 48 MiB). InFlight
	// bounds the batches that were published and not acknowledged yet (256).
	QueueBytes int
	InFlight   int

	// Now is the clock of receive times and of Linger, time.Now by default.
	// With another clock, call Flush when time should have passed.
	Now func() time.Time

	// IdentityKeyFile holds the key under which client ids are hashed; share it
	// among collectors that should hash alike. Empty keeps a random key in memory.
	IdentityKeyFile string

	// DefaultConsent applies to beacons without consent: full (default), minimal
	// or none.
	DefaultConsent string

	// Forward sends requests to vendors as well, unscrubbed. It is off by
	// default; a request is forwarded only with full consent for all of it.
	Forward forward.Config

	// SeparateAdmin keeps /metrics, /healthz and /readyz off Handler: serve
	// AdminHandler on a listener that the public cannot reach.
	SeparateAdmin bool
	// Metrics are served at /metrics beside the collector's own.
	Metrics []prometheus.Collector

	Scrub  scrub.Config
	Logger *slog.Logger // nil logs nothing
}

// Limits bound what clients may use. Zero values mean the defaults, with which a
// collector stays within 128 MiB.
type Limits struct {
	Header   int // bytes of a request's header, 16 KiB
	Body     int // bytes on the wire, 64 KiB
	Inflated int // bytes after decompression, 256 KiB
	Depth    int // nesting of JSON, 16
	Beacons  int // beacons per request, 50; the rest is refused

	// BodyMemory bounds all requests that are being read at one time, 16 MiB.
	BodyMemory int
	// Connections are open at one time, 1024. ClientConnections are of one client
	// address (IPv6: one /64) that is not a trusted proxy, 64. See Listener.
	Connections, ClientConnections int

	HeaderTimeout time.Duration // to send the header, 5 s
	BodyTimeout   time.Duration // to send all of a request, 15 s; also to read the answer
	IdleTimeout   time.Duration // between requests on a connection, 2 min
}

func (l *Limits) bodies() edge.BodyLimits {
	return edge.BodyLimits{Wire: l.Body, Inflated: l.Inflated, Memory: l.BodyMemory}
}

// withDefaults fills in what was not set and reports what is invalid.
func (cfg Config) withDefaults() (Config, error) {
	if len(cfg.Sites) == 0 {
		return cfg, errors.New("collector has no site: set --site NAME=KEY")
	}
	for _, d := range []struct {
		value    *int
		fallback int
	}{
		{&cfg.Limits.Header, 16 << 10}, {&cfg.Limits.ClientConnections, 64},
		{&cfg.Limits.Body, 64 << 10}, {&cfg.Limits.Inflated, 256 << 10},
		{&cfg.Limits.Depth, 16}, {&cfg.Limits.Beacons, 50},
		{&cfg.Limits.BodyMemory, 16 << 20}, {&cfg.Limits.Connections, 1024},
		{&cfg.BatchBeacons, 512}, {&cfg.BatchBytes, 128 << 10},
		{&cfg.QueueBytes, 48 << 20}, {&cfg.InFlight, 256},
	} {
		if err := setDefault(d.value, d.fallback); err != nil {
			return cfg, err
		}
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&cfg.Limits.HeaderTimeout, 5 * time.Second}, {&cfg.Limits.BodyTimeout, 15 * time.Second},
		{&cfg.Limits.IdleTimeout, 2 * time.Minute}, {&cfg.Linger, 150 * time.Millisecond},
	} {
		if err := setDefault(d.value, d.fallback); err != nil {
			return cfg, err
		}
	}
	// Many batches must fit into the queue, or there would be nothing to shed.
	cfg.BatchBytes = min(cfg.BatchBytes, max(cfg.QueueBytes/32, 1))
	if cfg.RateLimit == 0 {
		cfg.RateLimit = 100
	}
	if cfg.ClientHeader == "" {
		cfg.ClientHeader = edge.HeaderXForwardedFor
	}
	cfg.ClientHeader = http.CanonicalHeaderKey(cfg.ClientHeader)
	if cfg.SiteRateLimit == 0 {
		cfg.SiteRateLimit = 10_000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

// setDefault sets a limit that is 0 and refuses one below 0.
func setDefault[T int | time.Duration](limit *T, fallback T) error {
	if *limit < 0 {
		return fmt.Errorf("collector limit %v is below 0: leave it out for the default of %v", *limit, fallback)
	}
	if *limit == 0 {
		*limit = fallback
	}
	return nil
}
