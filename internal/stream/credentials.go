package stream

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"runtime"

	"github.com/nats-io/nkeys"
)

// checkSecret refuses a file that is missing, or that everybody on the machine can read.
func checkSecret(what, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("cannot read the %s: %w", what, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0 {
		return fmt.Errorf("the %s %s can be read by everybody: chmod 600 it", what, file)
	}
	return nil
}

func checkCreds(file string) error {
	if err := checkSecret("credentials file", file); err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("cannot read the credentials file: %w", err)
	}
	defer clear(data)
	key, err := nkeys.ParseDecoratedUserNKey(data)
	if err != nil {
		return fmt.Errorf("%s holds no user credentials: make them with nsc generate creds", file)
	}
	key.Wipe()
	return nil
}

func checkCA(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("cannot read the TLS authority: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s holds no certificate: --tlsca wants a PEM file", file)
	}
	return nil
}

func checkKeyPair(cert, key string) error {
	if err := checkSecret("TLS key", key); err != nil {
		return err
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		return fmt.Errorf("cannot use the TLS certificate %s with the key %s: %w", cert, key, err)
	}
	return nil
}
