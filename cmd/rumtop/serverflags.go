package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/stream"
)

// natsFlags are the server and the credentials. They name files and contexts,
// never a secret: every user of the machine can read a command line.
type natsFlags struct{ set *pflag.FlagSet }

func (n *natsFlags) register(fs *pflag.FlagSet) {
	n.set = fs
	add := func(name, short, help string) { fs.VarP(new(config.Layered), name, short, help) }
	add("server", "s", "NATS server(s), separated by commas (default "+stream.DefaultServer+")")
	add("context", "", "context of the nats command (default: the selected one)")
	add("creds", "", "NATS credentials file")
	add("nkey", "", "NATS nkey seed file")
	add("tlsca", "", "CA certificate of the server, PEM")
	add("tlscert", "", "client certificate, PEM")
	add("tlskey", "", "key of the client certificate, PEM")
}

func (n *natsFlags) options(name string) stream.ConnectOptions {
	return stream.ConnectOptions{Sources: natsSources(n.set), Name: name}
}

// natsSources are what each source says about the server and the credentials,
// nil for a command that needs no server.
func natsSources(flags *pflag.FlagSet) []stream.Settings {
	server := flags.Lookup("server")
	if server == nil {
		return nil
	}
	file := server.Value.(*config.Layered).File
	sources := make([]stream.Settings, config.Sources)
	for i := range sources {
		from := config.Source(i)
		value := func(flag string) string { return flags.Lookup(flag).Value.(*config.Layered).Value(from) }
		sources[i] = stream.Settings{
			Origin: origins[from], Name: func(setting string) string { return settingName(from, file, setting) },
			Servers: value("server"), Context: value("context"), Creds: value("creds"), NKey: value("nkey"),
			TLSCA: value("tlsca"), TLSCert: value("tlscert"), TLSKey: value("tlskey"),
		}
	}
	readSecrets(&sources[config.NATSVariable])
	return sources
}

var origins = [config.Sources]stream.Origin{
	config.OwnVariable: stream.FromEnvironment, config.NATSVariable: stream.FromEnvironment,
	config.Section: stream.FromFile, config.File: stream.FromFile,
}

// settingName is what errors call a setting of a source.
func settingName(from config.Source, file, setting string) string {
	switch from {
	case config.OwnVariable:
		return "RUMTOP_" + strings.ToUpper(setting)
	case config.NATSVariable:
		if name := config.NATSVariables[setting]; name != "" {
			return name
		}
		return "NATS_" + strings.ToUpper(setting)
	case config.Section:
		return setting + " of collect in " + file
	case config.File:
		return setting + " in " + file
	default:
		return "--" + setting
	}
}

// readSecrets reads the variables of the nats command that hold secrets, so have
// no flag here. As for the nats command, a user without a password is a token.
func readSecrets(s *stream.Settings) {
	s.User, s.Password = os.Getenv("NATS_USER"), os.Getenv("NATS_PASSWORD")
	s.Token, s.JWT, s.Seed = os.Getenv("NATS_TOKEN"), os.Getenv("NATS_JWT"), os.Getenv("NATS_SEED")
	s.Proxy = os.Getenv("NATS_SOCKS_PROXY")
	if s.Password == "" && s.Token == "" {
		s.User, s.Token = "", s.User
	}
}

// siteFlags are what a command reads: server, credentials, site.
type siteFlags struct {
	natsFlags
	site string
}

func (s *siteFlags) register(fs *pflag.FlagSet) {
	s.natsFlags.register(fs)
	fs.StringVar(&s.site, "site", "", "site (default: the only one)")
}

// checkSite refuses an invalid site name before the command connects.
func checkSite(name string) error {
	if name != "" && !beacon.ValidToken(name) {
		return usage("--site %q: invalid name: use 1 to 32 of a-z 0-9 _ -", name)
	}
	return nil
}

// connect connects under a client name, and finds the site if --site is not
// set. The caller closes the connection.
func (s *siteFlags) connect(ctx context.Context, name string) (conn *stream.Conn, site string, err error) {
	if err := checkSite(s.site); err != nil {
		return nil, "", err
	}
	if conn, err = stream.Connect(ctx, s.options(name)); err != nil {
		return nil, "", err
	}
	if site = s.site; site == "" {
		if site, err = feed.OnlySite(ctx, conn); err != nil {
			conn.Close()
			return nil, "", err
		}
	}
	return conn, site, nil
}
