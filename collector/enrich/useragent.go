// Package enrich derives what a client may not set itself: its browser from the
// user agent, and its region from the address. Neither the user agent nor the
// address leaves this package.
package enrich

import (
	"strconv"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/mileusna/useragent"
)

// The device classes.
const (
	Mobile  = "mobile"
	Tablet  = "tablet"
	Desktop = "desktop"
	Bot     = "bot"
	Other   = "other" // televisions, programs, unknown
)

// Client is a user agent reduced to classes.
type Client struct {
	Browser string // family: Safari
	Version string // family and major version: Safari 19
	OS      string // family: iOS
	Device  string // mobile, tablet, desktop, bot, other
}

const (
	maxUserAgent = 512  // bytes that are read
	agentCache   = 4096 // distinct user agents
)

// UserAgents classifies user agents. Safe for concurrent use.
type UserAgents struct {
	seen *lru.Cache[string, Client]
}

// NewUserAgents returns a classifier with a bounded cache.
func NewUserAgents() *UserAgents {
	seen, err := lru.New[string, Client](agentCache)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &UserAgents{seen: seen}
}

// Classify classifies a user agent; the zero Client for an empty one.
func (u *UserAgents) Classify(agent string) Client {
	if agent == "" {
		return Client{}
	}
	if len(agent) > maxUserAgent {
		agent = agent[:maxUserAgent]
	}
	if c, ok := u.seen.Get(agent); ok {
		return c
	}
	c := classify(agent)
	u.seen.Add(strings.Clone(agent), c)
	return c
}

// families are the browsers that keep their names, by the parser's name. Others
// are named after their engine: a made-up user agent must not become a value of
// the dimension.
var families = map[string]string{
	useragent.Chrome:           "Chrome",
	useragent.Safari:           "Safari",
	useragent.Firefox:          "Firefox",
	useragent.Edge:             "Edge",
	useragent.Opera:            "Opera",
	useragent.OperaTouch:       "Opera",
	useragent.OperaMini:        "Opera Mini",
	useragent.Vivaldi:          "Vivaldi",
	useragent.InternetExplorer: "Internet Explorer",
	useragent.SamsungBrowser:   "Samsung Internet",
}

var systems = map[string]string{
	useragent.Windows:      "Windows",
	useragent.WindowsPhone: "Windows",
	useragent.MacOS:        "macOS",
	useragent.IOS:          "iOS",
	useragent.Android:      "Android",
	useragent.Linux:        "Linux",
	useragent.ChromeOS:     "ChromeOS",
}

const other = "Other"

func classify(agent string) Client {
	// Headless Chrome counts as Chrome, in end-to-end tests and synthetic
	// monitoring.
	agent = strings.ReplaceAll(agent, "HeadlessChrome/", "Chrome/")
	ua := useragent.Parse(agent)
	c := Client{Browser: families[ua.Name], OS: systems[ua.OS], Device: device(&ua)}
	major := ua.VersionNo.Major
	if c.Browser == "" {
		c.Browser, major = engine(agent, &ua)
	}
	c.Version = c.Browser
	if major > 0 && major < 1000 {
		c.Version += " " + strconv.Itoa(major)
	}
	if c.OS == "" {
		c.OS = other
	}
	return c
}

// engine names the engine of a less common browser or of an app's web view.
func engine(agent string, ua *useragent.UserAgent) (family string, major int) {
	if v := majorAfter(agent, "Chrome/"); v > 0 {
		return "Chrome", v
	}
	if strings.Contains(agent, "AppleWebKit/") && (ua.OS == useragent.IOS || ua.OS == useragent.MacOS) {
		if v := majorAfter(agent, "Version/"); v > 0 {
			return "Safari", v
		}
		return "Safari", ua.OSVersionNo.Major // a web view has the version of its OS
	}
	if v := majorAfter(agent, "Firefox/"); v > 0 {
		return "Firefox", v
	}
	return other, 0
}

func majorAfter(agent, mark string) int {
	_, rest, ok := strings.Cut(agent, mark)
	if !ok {
		return 0
	}
	end := 0
	for end < len(rest) && end < 4 && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(rest[:end])
	if err != nil {
		return 0
	}
	return n
}

func device(ua *useragent.UserAgent) string {
	switch {
	case ua.Bot:
		return Bot
	case ua.Tablet:
		return Tablet
	case ua.OS == useragent.Android && !strings.Contains(ua.String, "Mobi"):
		return Tablet // only Android phones send "Mobile"
	case ua.Mobile:
		return Mobile
	case ua.Desktop:
		return Desktop
	}
	return Other
}
