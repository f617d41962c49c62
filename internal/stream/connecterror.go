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

// connectError says in one sentence why connecting failed and what to do.
func connectError(err error, opts ConnectOptions, servers string) error {
	if servers == "" { // the context failed, before a server was known
		return fmt.Errorf("NATS context %q: %w: %s", opts.Context, err, contextsHint())
	}
	if errors.Is(err, nats.ErrNoServers) || isUnreachable(err) {
		return fmt.Errorf("no NATS server at %s: start one, or set --server or --context", servers)
	}
	return errors.New(refusalText(err, servers))
}

// refusals are the reasons of a server that responded; %s is the server.
var refusals = []struct {
	matches func(error) bool
	text    string
}{
	{isAny(nats.ErrAuthExpired, nats.ErrAccountAuthExpired), "credentials for %s have expired: get new ones"},
	{isAny(nats.ErrAuthRevoked), "credentials for %s are revoked: get new ones"},
	{isAny(nats.ErrAuthorization, nats.ErrNkeysNotSupported), "%s denies this user: set --creds, --nkey or --context"},
	{isA[x509.UnknownAuthorityError], "certificate of %s has an unknown authority: set --tlsca"},
	{isAny(nats.ErrSecureConnRequired), "%s requires TLS: use a tls:// URL, and --tlsca for a private authority"},
	{isAny(nats.ErrSecureConnWanted), "%s has no TLS: use a nats:// URL and no TLS files"},
	{isA[tls.RecordHeaderError], "%s does not speak TLS: use a nats:// URL or its TLS port"},
	{isAny(nats.ErrNoInfoReceived, io.EOF), "%s does not respond as a NATS server: check host and port"},
	{hasText("certificate required", "bad certificate"), "%s requires a client certificate: set --tlscert and --tlskey"},
	{isAny(nats.ErrMaxConnectionsExceeded, nats.ErrMaxAccountConnectionsExceeded), "%s is at its connection limit: retry later, or raise the limit"},
}

// refusalText says why a server that responded did not accept the connection.
func refusalText(err error, servers string) string {
	if !isA[x509.UnknownAuthorityError](err) &&
		(isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err) || isA[*tls.CertificateVerificationError](err)) {
		return fmt.Sprintf("certificate of %s is invalid: %v", servers, err)
	}
	for _, r := range refusals {
		if r.matches(err) {
			return fmt.Sprintf(r.text, servers)
		}
	}
	return fmt.Sprintf("connect to %s: %s", servers, strings.TrimPrefix(err.Error(), "nats: "))
}

func isAny(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
}

func isA[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

// hasText is for errors of the server's, which arrive as text.
func hasText(texts ...string) func(error) bool {
	return func(err error) bool {
		for _, text := range texts {
			if strings.Contains(err.Error(), text) {
				return true
			}
		}
		return false
	}
}

// isUnreachable reports whether nothing responded at all.
func isUnreachable(err error) bool {
	var op *net.OpError
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.As(err, &op) && op.Op == "dial"
}

// redact names the servers of the options, without passwords.
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

const maxContexts = 10 // in a hint

// contextsHint names the contexts of the nats command to choose from.
func contextsHint() string {
	const none = "create it with nats context add"
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return none
		}
		dir = filepath.Join(home, ".config")
	}
	files, err := filepath.Glob(filepath.Join(dir, "nats", "context", "*.json"))
	if err != nil || len(files) == 0 {
		return none
	}
	var names []string
	for i, f := range files {
		if i == maxContexts {
			names = append(names, "…")
			break
		}
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return "use one of " + strings.Join(names, ", ")
}
