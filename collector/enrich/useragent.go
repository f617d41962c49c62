// Package enrich derives what a client may not set itself: its browser from the
// user agent, and its region from the address. Neither the user agent nor the
// address leaves this package.
package enrich

import (
	"strconv"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The device classes.
const (
	Mobile  = "mobile"
	Tablet  = "tablet"
	Desktop = "desktop"
	Bot     = beacon.BotDevice
	Other   = "other" // televisions, programs, unknown
)

// Client is a user agent reduced to classes.
type Client struct {
	Browser string // family: Safari
	Version string // family and major version: Safari 19
	OS      string // family: iOS
	Device  string // mobile, tablet, desktop, bot, other
	Traffic beacon.TrafficClass
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

const other = "Other"

func classify(agent string) Client {
	c := Client{OS: systemOf(agent), Traffic: trafficOf(agent)}
	family, major := browserOf(agent, c.OS)
	c.Browser, c.Version, c.Device = family, family, deviceOf(agent, c.OS)
	if major > 0 && major < 1000 {
		c.Version += " " + strconv.Itoa(major)
	}
	if c.Traffic == beacon.Bots {
		c.Device = Bot
	}
	return c
}

// majorAfter is the number right after a mark, 0 if there is none.
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

func containsAny(s string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}
