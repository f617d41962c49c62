package edge

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

// Certificate is a server's TLS certificate, from files that are reloaded after
// a change: rewritten, replaced by a rename, or by a link that points elsewhere.
// Open connections are not affected. While the new files cannot be used, half
// written for example, the old certificate stays.
type Certificate struct {
	certFile, keyFile string

	failures atomic.Int64 // to load changed files

	mu      sync.Mutex
	current *tls.Certificate
	files   [2]fs.FileInfo // as they were when current was loaded
	checked time.Time
}

// certificateCheckInterval is the time between two looks at the files.
const certificateCheckInterval = time.Second

// CheckCertificateFiles checks that both files are named, or neither.
func CheckCertificateFiles(certFile, keyFile string) error {
	if (certFile == "") != (keyFile == "") {
		return errors.New("certificate and key need each other: set --listen-cert and --listen-key")
	}
	return nil
}

// LoadCertificate loads the files for the first time. It refuses a key that
// everybody on the machine can read.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// load loads the files unless they are unchanged.
func (c *Certificate) load() (err error) {
	var files [2]fs.FileInfo
	if files[0], err = os.Stat(c.certFile); err != nil {
		return fmt.Errorf("read TLS certificate: %w", err)
	}
	if files[1], err = secret.Check("TLS key", c.keyFile); err != nil {
		return err
	}
	if c.current != nil && unchanged(c.files[0], files[0]) && unchanged(c.files[1], files[1]) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("use TLS certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current, c.files = &pair, files
	return nil
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// Refresh returns the certificate that the files hold now. err says why changed
// files could not be used; the certificate is then the previous one.
func (c *Certificate) Refresh() (current *tls.Certificate, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.checked) >= certificateCheckInterval {
		c.checked = now
		if err = c.load(); err != nil {
			c.failures.Add(1)
		}
	}
	return c.current, err
}

// FailureCount is how often changed files could not be used.
func (c *Certificate) FailureCount() int64 { return c.failures.Load() }

// TLSConfig serves the certificate over TLS 1.2 and later. report is given the
// error, or nil, of every Refresh.
func (c *Certificate) TLSConfig(report func(error)) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			current, err := c.Refresh()
			report(err)
			return current, nil
		},
	}
}
