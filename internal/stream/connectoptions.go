package stream

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/secret"
)

// ConnectOptions select the server and the user. The zero value is
// [DefaultServer] without a user. They take precedence over the context.
type ConnectOptions struct {
	Servers string // URLs, separated by commas
	Context string // name of a context of the nats command, or its file's path; "": none
	Creds   string // file with a user JWT and its seed
	NKey    string // file with a seed
	TLSCA   string // PEM file
	TLSCert string // PEM file
	TLSKey  string // PEM file
	Name    string // of the connection in the server's list

	timeout time.Duration // of one dial; 0: dialTimeout
}

func (o ConnectOptions) servers() string {
	if o.Servers == "" {
		return DefaultServer
	}
	return o.Servers
}

// natsOptions returns the options of nats.go. It checks the files first,
// because nats.go opens some of them only while connecting.
func (o ConnectOptions) natsOptions() ([]nats.Option, error) {
	opts := []nats.Option{nats.Name(o.Name), nats.Timeout(cmp.Or(o.timeout, dialTimeout))}
	if o.Servers != "" && o.Context != "" {
		opts = append(opts, func(no *nats.Options) error {
			no.Url, no.Servers = "", splitServers(o.Servers)
			return nil
		})
	}
	if o.Creds != "" && o.NKey != "" {
		return nil, errors.New("--creds and --nkey: both are set: set only one")
	}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return nil, errors.New("--tlscert and --tlskey: only one is set: set both or none")
	}
	if o.Creds != "" || o.NKey != "" {
		opts = append(opts, forgetUser)
	}
	if o.Creds != "" {
		if err := checkCreds(o.Creds); err != nil {
			return nil, err
		}
		opts = append(opts, nats.UserCredentials(o.Creds))
	}
	if o.NKey != "" {
		if _, err := secret.Check("nkey file", o.NKey); err != nil {
			return nil, err
		}
		opt, err := nats.NkeyOptionFromSeed(o.NKey)
		if err != nil {
			return nil, fmt.Errorf("nkey file %s: no seed: use a file with a line that starts with SU", o.NKey)
		}
		opts = append(opts, opt)
	}
	if o.TLSCA != "" {
		if err := checkCA(o.TLSCA); err != nil {
			return nil, err
		}
		opts = append(opts, nats.RootCAs(o.TLSCA))
	}
	if o.TLSCert != "" {
		if err := checkKeyPair(o.TLSCert, o.TLSKey); err != nil {
			return nil, err
		}
		opts = append(opts, nats.ClientCert(o.TLSCert, o.TLSKey))
	}
	return opts, nil
}

// forgetUser removes the context's user.
func forgetUser(o *nats.Options) error {
	o.User, o.Password, o.Token, o.Nkey = "", "", "", ""
	o.UserJWT, o.SignatureCB = nil, nil
	return nil
}

func splitServers(s string) []string {
	servers := strings.Split(s, ",")
	for i := range servers {
		servers[i] = strings.TrimSpace(servers[i])
	}
	return slices.DeleteFunc(servers, func(s string) bool { return s == "" })
}
