package stream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
)

// connectError turns the failure to connect into one sentence with the next step.
func connectError(err error, opts ConnectOptions, servers string) error {
	if servers == "" { // it failed before a server was known: the context
		return fmt.Errorf("cannot use the NATS context %q: %w%s", opts.Context, err, contextsHint())
	}
	if errors.Is(err, nats.ErrNoServers) || unreachable(err) {
		return fmt.Errorf("no NATS server at %s: start one, or name yours with --server or --context", servers)
	}
	return errors.New(refusalText(err, servers))
}

// refusalText is the sentence for a server that answered, but not with a welcome.
func refusalText(err error, servers string) string {
	var (
		unknownCA x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAccountAuthExpired):
		return servers + " says that the credentials have expired: get new ones"
	case errors.Is(err, nats.ErrAuthRevoked):
		return servers + " says that the credentials were revoked: get new ones"
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrNkeysNotSupported):
		return servers + " does not let this user in: give credentials with --creds, --nkey or --context"
	case errors.As(err, &unknownCA):
		return servers + " has a certificate of an unknown authority: name it with --tlsca"
	case errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &verify):
		return fmt.Sprintf("the certificate of %s is not good: %v", servers, err)
	case errors.Is(err, nats.ErrSecureConnRequired):
		return servers + " wants TLS: use a tls:// URL, and --tlsca if its authority is your own"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return servers + " has no TLS: use a nats:// URL, and no TLS files"
	case errors.As(err, &record):
		return servers + " does not speak TLS: use a nats:// URL, or its TLS port"
	case errors.Is(err, nats.ErrNoInfoReceived), errors.Is(err, io.EOF):
		return servers + " does not answer as a NATS server: is it the right port?"
	case strings.Contains(err.Error(), "certificate required"), strings.Contains(err.Error(), "bad certificate"):
		return servers + " wants a client certificate: give --tlscert and --tlskey"
	case errors.Is(err, nats.ErrMaxConnectionsExceeded), errors.Is(err, nats.ErrMaxAccountConnectionsExceeded):
		return servers + " has as many connections as it takes: try later, or raise its limit"
	}
	return fmt.Sprintf("cannot connect to %s: %s", servers, strings.TrimPrefix(err.Error(), "nats: "))
}

// unreachable says that nothing answered at all.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.As(err, &op) && op.Op == "dial"
}

// redact names the servers that options lead to, without passwords.
func redact(o *nats.Options) string {
	servers := o.Servers
	if len(servers) == 0 {
		servers = splitServers(o.Url)
	}
	names := make([]string, 0, len(servers))
	for _, s := range servers {
		if !strings.Contains(s, "://") {
			s = "nats://" + s
		}
		if u, err := url.Parse(s); err == nil {
			u.User = nil
			s = u.String()
		}
		names = append(names, s)
	}
	return strings.Join(names, ", ")
}

const maxContexts = 10

// contextsHint lists the contexts of the nats command, for the error that
// says that one is unknown.
func contextsHint() string {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	files, err := filepath.Glob(filepath.Join(dir, "nats", "context", "*.json"))
	if err != nil || len(files) == 0 {
		return "; none is known: make one with nats context add"
	}
	var names []string
	for i, f := range files {
		if i == maxContexts {
			names = append(names, "…")
			break
		}
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return "; known are " + strings.Join(names, ", ")
}
