package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/stream"
)

// natsFlags are the server and the credentials. They name files and contexts,
// never a secret: every user of the machine can read a command line.
type natsFlags struct {
	server, context, creds, nkey, tlsCA, tlsCert, tlsKey string
}

const defaultServer = "nats://127.0.0.1:4222"

func (n *natsFlags) register(fs *pflag.FlagSet) {
	fs.StringVarP(&n.server, "server", "s", "", "NATS server(s), separated by commas (default "+defaultServer+")")
	fs.StringVar(&n.context, "context", "", "context of the nats command")
	fs.StringVar(&n.creds, "creds", "", "NATS credentials file")
	fs.StringVar(&n.nkey, "nkey", "", "NATS nkey seed file")
	fs.StringVar(&n.tlsCA, "tlsca", "", "CA certificate of the server, PEM")
	fs.StringVar(&n.tlsCert, "tlscert", "", "client certificate, PEM")
	fs.StringVar(&n.tlsKey, "tlskey", "", "key of the client certificate, PEM")
}

func (n *natsFlags) options(name string) stream.ConnectOptions {
	server := n.server
	if server == "" && n.context == "" {
		server = defaultServer
	}
	return stream.ConnectOptions{
		Servers: server, Context: n.context, Creds: n.creds, NKey: n.nkey,
		TLSCA: n.tlsCA, TLSCert: n.tlsCert, TLSKey: n.tlsKey, Name: name,
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
