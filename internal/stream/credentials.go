package stream

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/nats-io/nkeys"

	"github.com/rumtop/rumtop/internal/secret"
)

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

func checkCA(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the TLS authority: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("--tlsca %s: no certificate: use a PEM file", file)
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
