package stream

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/rumtop/rumtop/internal/secret"
)

// Origin is where settings came from.
type Origin uint8

// The origins.
const (
	FromCaller      Origin = iota // the program, or its command line
	FromEnvironment               // variables
	FromFile                      // the configuration file
	fromSelection                 // the context that the nats command has selected
)

// Settings are what one source says about the server and the user.
type Settings struct {
	Origin Origin
	Name   func(setting string) string // what errors call a setting; nil: "--" and the setting

	Servers  string // URLs, separated by commas
	Context  string // name of a context of the nats command, or its file's path
	Creds    string // file with a user JWT and its seed
	NKey     string // file with a seed
	User     string
	Password string
	Token    string
	JWT      string
	Seed     string // of the JWT
	TLSCA    string // PEM file
	TLSCert  string // PEM file
	TLSKey   string // PEM file
	Proxy    string // URL of a SOCKS5 proxy
}

func (s *Settings) name(setting string) string {
	if s.Name != nil {
		return s.Name(setting)
	}
	return "--" + setting
}

// server is the setting that says which server, "" if none does.
func (s *Settings) server() string {
	switch {
	case s.Servers != "":
		return "server"
	case s.Context != "":
		return "context"
	}
	return ""
}

// users are the settings that say who connects. More than one is a mistake.
func (s *Settings) users() (set []string) {
	for _, u := range [...]struct{ setting, value string }{
		{"creds", s.Creds}, {"nkey", s.NKey}, {"user", s.User}, {"token", s.Token}, {"jwt", s.JWT},
	} {
		if u.value != "" {
			set = append(set, u.setting)
		}
	}
	return set
}

// hasUserInURL is false for URLs that cannot be read: they are refused.
func (s *Settings) hasUserInURL() bool {
	urls, err := secret.ParseServers(s.Servers)
	return err == nil && slices.ContainsFunc(urls, func(u *url.URL) bool { return u.User != nil })
}

// choice is what applies of the settings of several sources. Settings that are
// alternatives to each other come from one source together, the highest that has
// any of them: filled one by one, they would mix one site's server with another
// one's user.
type choice struct {
	server  *Settings     // names the servers
	user    *Settings     // nil: the users in the URLs of server, if any
	cert    *Settings     // nil: no client certificate
	ca      *Settings     // nil: the authorities of the system
	proxy   *Settings     // nil: none
	context *namedContext // nil: none

	// overrides is a sentence on what the environment overrides in the
	// configuration file, where users look first; else "".
	overrides string
}

// choose chooses among sources, the highest first. A context has the rank of the
// source that names it, and applies only if no higher source names a server: its
// user is for its server. Without any server it is the selected context.
func choose(sources []Settings) (choice, error) {
	ranked := make([]*Settings, 0, len(sources)+1)
	for i := range sources {
		ranked = append(ranked, &sources[i])
	}
	first := func(wanted func(*Settings) bool) *Settings {
		if i := slices.IndexFunc(ranked, wanted); i >= 0 {
			return ranked[i]
		}
		return nil
	}
	naming := first(func(s *Settings) bool { return s.server() != "" })
	if naming == nil {
		naming = &Settings{Origin: fromSelection, Context: selectedContext()}
		ranked = append(ranked, naming)
	}
	c := choice{server: naming}
	if naming.Context != "" {
		var err error
		if c.context, err = readContext(naming.Context); err != nil {
			return c, err
		}
		c.context.Origin = naming.Origin
		ranked = slices.Insert(ranked, slices.Index(ranked, naming)+1, &c.context.Settings)
		if naming.Servers == "" {
			c.server = &c.context.Settings
		}
	}
	inURL := c.server.hasUserInURL()
	c.user = first(func(s *Settings) bool { return len(s.users()) > 0 || inURL && s == c.server })
	if c.user != nil && len(c.user.users()) == 0 {
		c.user = nil
	}
	c.cert = first(func(s *Settings) bool { return s.TLSCert != "" || s.TLSKey != "" })
	c.ca = first(func(s *Settings) bool { return s.TLSCA != "" })
	c.proxy = first(func(s *Settings) bool { return s.Proxy != "" })
	c.overrides = overrides(ranked, naming, c.user)
	if inURL {
		return c, nil
	}
	return c, c.completePassword(ranked)
}

// overrides says which of the file's settings a server or a user from the
// environment overrides.
func overrides(ranked []*Settings, server, user *Settings) string {
	for _, s := range ranked {
		if s.Origin != FromFile {
			continue
		}
		if server.Origin == FromEnvironment && s.server() != "" && (s.Servers != server.Servers || s.Context != server.Context) {
			return fmt.Sprintf("%s overrides %s", server.name(server.server()), s.name(s.server()))
		}
		if user != nil && user.Origin == FromEnvironment && len(s.users()) > 0 {
			return fmt.Sprintf("%s overrides %s", user.name(user.users()[0]), s.name(s.users()[0]))
		}
	}
	return ""
}

// completePassword puts a password that has no user in place of the password of
// the user from a lower source, as the nats command does.
func (c *choice) completePassword(ranked []*Settings) error {
	for _, s := range ranked {
		switch {
		case s == c.user:
			return nil
		case s.Password == "":
		case c.user == nil:
			return fmt.Errorf("%s is set without %s: set both", s.name("password"), s.name("user"))
		case c.user.User != "":
			user := *c.user
			user.Password = s.Password
			c.user = &user
			return nil
		}
	}
	return nil
}
