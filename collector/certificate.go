package collector

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/secret"
)

// certificate is the listener's, from files that are read again when they have
// changed: replaced, renamed over, or led elsewhere by a link. Connections that
// are open go on as they are. While new files cannot be used, half written for
// example, the old certificate stays.
type certificate struct {
	certFile, keyFile string

	failures atomic.Int64 // to read changed files

	mu      sync.Mutex
	current *tls.Certificate
	files   [2]fs.FileInfo // as they were when current was read
	looked  time.Time
}

// certificateAge is how long files are not looked at again.
const certificateAge = time.Second

// newCertificate reads the files for the first time; no files give nil.
func newCertificate(certFile, keyFile string) (*certificate, error) {
	if certFile == "" {
		return nil, nil
	}
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if err := c.read(); err != nil {
		return nil, err
	}
	return c, nil
}

// read reads the files if they are not those that were read before.
func (c *certificate) read() (err error) {
	var files [2]fs.FileInfo
	if files[0], err = os.Stat(c.certFile); err != nil {
		return fmt.Errorf("cannot read the TLS certificate: %w", err)
	}
	if files[1], err = secret.Check("TLS key", c.keyFile); err != nil {
		return err
	}
	if c.current != nil && unchanged(c.files[0], files[0]) && unchanged(c.files[1], files[1]) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("cannot use the TLS certificate %s with the key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current, c.files = &pair, files
	return nil
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// refresh returns the certificate as the files have it now. err says why they
// could not be used; the certificate is then the one before.
func (c *certificate) refresh() (current *tls.Certificate, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) >= certificateAge {
		c.looked = now
		if err = c.read(); err != nil {
			c.failures.Add(1)
		}
	}
	return c.current, err
}

const oldCertificate = "the changed TLS certificate cannot be used, the old one stays"

// tlsConfig is the listener's, nil without a certificate.
func (c *Collector) tlsConfig() *tls.Config {
	if c.certificate == nil {
		return nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			current, err := c.certificate.refresh()
			c.complain(oldCertificate, err)
			return current, nil
		},
	}
}

// checkCertificate says what makes no sense about the names of the files.
func checkCertificate(certFile, keyFile string) error {
	if (certFile == "") != (keyFile == "") {
		return errors.New("a TLS certificate needs its key and the other way round: give --listen-cert and --listen-key")
	}
	return nil
}
