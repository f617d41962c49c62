package stream

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/rumtop/rumtop/internal/secret"
)

func credsOption(s *Settings) (nats.Option, error) {
	file, err := secretFile(s, "creds", s.Creds)
	if err == nil {
		err = checkCreds(file)
	}
	return nats.UserCredentials(file), err
}

func nkeyOption(s *Settings) (nats.Option, error) {
	file, err := secretFile(s, "nkey", s.NKey)
	if err != nil {
		return nil, err
	}
	if _, err := secret.Check("nkey file", file); err != nil {
		return nil, err
	}
	opt, err := nats.NkeyOptionFromSeed(file)
	if err != nil {
		return nil, fmt.Errorf("nkey file %s: no seed: use a file with a line that starts with SU", file)
	}
	return opt, nil
}

func jwtOption(s *Settings) (nats.Option, error) {
	jwt, err := literal(s, "jwt", s.JWT)
	if err != nil {
		return nil, err
	}
	if s.Seed == "" { // a bearer JWT, which the server accepts unsigned
		return nats.UserJWT(func() (string, error) { return jwt, nil }, func([]byte) ([]byte, error) { return nil, nil }), nil
	}
	seed, err := literal(s, "seed", s.Seed)
	if err != nil {
		return nil, err
	}
	key, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, fmt.Errorf("%s: not a seed: it starts with SU", s.name("seed"))
	}
	key.Wipe()
	return nats.UserJWTAndSeed(jwt, seed), nil
}

// secretFile is the path that a setting names, as file:// too. The nats command
// knows other references.
func secretFile(s *Settings, setting, value string) (string, error) {
	switch scheme, rest, found := strings.Cut(value, "://"); {
	case !found:
		return value, nil
	case scheme == "file":
		return expandHome(rest), nil
	default:
		return "", fmt.Errorf("%s: not a file: name one, other references are not supported", s.name(setting))
	}
}

func checkCreds(file string) error {
	if _, err := secret.Check("credentials file", file); err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the credentials file: %w", err)
	}
	defer clear(data)
	key, err := nkeys.ParseDecoratedUserNKey(data)
	if err != nil {
		return fmt.Errorf("credentials file %s: no user credentials: create them with nsc generate creds", file)
	}
	key.Wipe()
	return nil
}

func readSecret(what, file string) (string, error) {
	if _, err := secret.Check(what, file); err != nil {
		return "", err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return strings.TrimSpace(string(data)), nil
}

func checkCA(what, file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the TLS authority: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s %s: no certificate: use a PEM file", what, file)
	}
	return nil
}

func checkKeyPair(cert, key string) error {
	if _, err := secret.Check("TLS key", key); err != nil {
		return err
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		return fmt.Errorf("load the TLS certificate %s with the key %s: %w", cert, key, err)
	}
	return nil
}
