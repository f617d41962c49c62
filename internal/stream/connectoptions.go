package stream

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/net/proxy"

	"github.com/rumtop/rumtop/internal/secret"
)

// ConnectOptions select the server and the user. The zero value is the context
// that the nats command has selected, else [DefaultServer] without a user.
type ConnectOptions struct {
	Servers string     // URLs, separated by commas: the highest source
	Sources []Settings // the highest first
	Name    string     // of the connection in the server's list

	timeout time.Duration // of one dial; 0: dialTimeout
}

func (o ConnectOptions) choose() (choice, error) {
	sources := o.Sources
	if o.Servers != "" {
		sources = slices.Insert(slices.Clone(sources), 0, Settings{Servers: o.Servers})
	}
	return choose(sources)
}

// Overrides is a sentence on what the environment overrides in the configuration
// file about the server or the user, "" if nothing.
func (o ConnectOptions) Overrides() string {
	c, _ := o.choose() // connecting reports the error
	return c.overrides
}

// Exposed is a sentence about a secret that every user of the machine can read in
// the context that applies, "" if there is none.
func (o ConnectOptions) Exposed() string {
	if c, err := o.choose(); err == nil && c.context != nil {
		return c.context.exposed
	}
	return "" // connecting reports the error
}

// natsOptions returns the options of nats.go. It checks the files first, because
// nats.go opens some of them only while connecting.
func (c *choice) natsOptions() ([]nats.Option, error) {
	servers, err := c.servers()
	if err != nil {
		return nil, err
	}
	opts := []nats.Option{func(o *nats.Options) error {
		o.Url, o.Servers = "", servers
		return nil
	}}
	for _, group := range [...]func() (nats.Option, error){c.userOption, c.certOption, c.caOption, c.proxyOption} {
		opt, err := group()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			opts = append(opts, opt)
		}
	}
	if c.context != nil && c.context.InboxPrefix != "" {
		opts = append(opts, nats.CustomInboxPrefix(c.context.InboxPrefix))
	}
	if c.context != nil && c.context.TLSFirst {
		opts = append(opts, nats.TLSHandshakeFirst())
	}
	return opts, nil
}

// servers are the URLs to connect to, without the users in them if another user
// applies.
func (c *choice) servers() ([]string, error) {
	urls, err := secret.ParseServers(cmp.Or(c.server.Servers, DefaultServer))
	if err != nil {
		return nil, fmt.Errorf("%s: not a URL of a server: %w: use one such as nats://nats.example:4222, %%-encode a password in it, or use credentials", c.server.name("server"), err)
	}
	servers := make([]string, len(urls))
	for i, u := range urls {
		if c.user != nil {
			u.User = nil
		}
		servers[i] = u.String()
	}
	return servers, nil
}

func (c *choice) userOption() (nats.Option, error) {
	s := c.user
	if s == nil {
		return nil, nil
	}
	if set := s.users(); len(set) > 1 {
		return nil, fmt.Errorf("%s and %s: both are set: set only one", s.name(set[0]), s.name(set[1]))
	}
	switch {
	case s.Creds != "":
		return credsOption(s)
	case s.NKey != "":
		return nkeyOption(s)
	case s.User != "":
		password, err := literal(s, "password", s.Password)
		return nats.UserInfo(s.User, password), err
	case s.Token != "":
		token, err := literal(s, "token", s.Token)
		return nats.Token(token), err
	}
	return jwtOption(s)
}

func (c *choice) certOption() (nats.Option, error) {
	s := c.cert
	switch {
	case s == nil:
		return nil, nil
	case s.TLSCert == "" || s.TLSKey == "":
		return nil, fmt.Errorf("%s and %s: only one is set: set both or none", s.name("tlscert"), s.name("tlskey"))
	}
	if err := checkKeyPair(s.TLSCert, s.TLSKey); err != nil {
		return nil, err
	}
	return nats.ClientCert(s.TLSCert, s.TLSKey), nil
}

func (c *choice) caOption() (nats.Option, error) {
	if c.ca == nil {
		return nil, nil
	}
	if err := checkCA(c.ca.name("tlsca"), c.ca.TLSCA); err != nil {
		return nil, err
	}
	return nats.RootCAs(c.ca.TLSCA), nil
}

func (c *choice) proxyOption() (nats.Option, error) {
	if c.proxy == nil {
		return nil, nil
	}
	u, err := url.Parse(c.proxy.Proxy)
	if err != nil || u.Scheme != "socks5" && u.Scheme != "socks5h" || u.Hostname() == "" {
		return nil, fmt.Errorf("%s: not a URL of a SOCKS proxy: use one such as socks5://proxy.example:1080", c.proxy.name("socks_proxy"))
	}
	dialer, err := proxy.FromURL(u, &net.Dialer{Timeout: dialTimeout})
	if err != nil {
		return nil, fmt.Errorf("%s: a SOCKS proxy that is not supported: use one such as socks5://proxy.example:1080", c.proxy.name("socks_proxy"))
	}
	return nats.SetCustomDialer(dialer), nil
}

// literal is a secret, or what a reference of the nats command refers to.
func literal(s *Settings, setting, value string) (string, error) {
	scheme, rest, found := strings.Cut(value, "://")
	if !found {
		return value, nil
	}
	switch scheme {
	case "env":
		if v := os.Getenv(rest); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("%s: it refers to a variable that is not set", s.name(setting))
	case "file":
		return readSecret(s.name(setting), expandHome(rest))
	case "op", "nsc":
		return "", fmt.Errorf("%s: %s:// is not supported: use credentials in a file", s.name(setting), scheme)
	}
	return value, nil
}
