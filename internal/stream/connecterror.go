package stream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/rumtop/rumtop/internal/secret"
)

// connectError says in one sentence why connecting failed and what to do.
func connectError(err error, servers string) error {
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
	return fmt.Sprintf("connect to %s: %s", servers, secret.Text(strings.TrimPrefix(err.Error(), "nats: ")))
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
