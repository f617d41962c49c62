package edge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePair writes a certificate with a serial number, and its key.
func writePair(t *testing.T, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{"rum.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		// Written beside and renamed, as renewal programs do.
		if err := os.WriteFile(file+".new", pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// expire lets the next Refresh look at the files.
func (c *Certificate) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = time.Time{}
}

// serveTLS serves a certificate, with limited connections, and returns the
// address.
func serveTLS(t *testing.T, c *Certificate) string {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := NewConnLimiter(100, 100, nil)
	s := &http.Server{
		Handler:   http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }),
		TLSConfig: c.TLSConfig(func(error) {}), ConnState: conns.ConnState,
	}
	ended := make(chan error)
	go func() { ended <- s.ServeTLS(conns.Listener(inner), "", "") }()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return inner.Addr().String()
}

// newTLSTransport opens connections of its own.
func newTLSTransport() *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
}

// servedCertificate sends a request and returns the serial number of the
// server's certificate, and the protocol.
func servedCertificate(t *testing.T, transport *http.Transport, address string) (serial int64, proto string) {
	t.Helper()
	req, err := http.NewRequest("POST", "https://"+address+"/", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusAccepted {
		t.Fatal(res.StatusCode, err)
	}
	return res.TLS.PeerCertificates[0].SerialNumber.Int64(), res.Proto
}

func TestCertificateReload(t *testing.T) {
	// As Kubernetes mounts secrets: a link to a directory is swapped.
	root := t.TempDir()
	version := func(name string, serial int64) {
		t.Helper()
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		writePair(t, dir, serial)
		link := filepath.Join(root, "data.new")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(link, filepath.Join(root, "data")); err != nil {
			t.Fatal(err)
		}
	}
	version("v1", 1)
	certFile, keyFile := filepath.Join(root, "data", "tls.crt"), filepath.Join(root, "data", "tls.key")
	c, err := LoadCertificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	address := serveTLS(t, c)
	newConn := func() int64 {
		t.Helper()
		transport := newTLSTransport()
		defer transport.CloseIdleConnections()
		serial, _ := servedCertificate(t, transport, address)
		return serial
	}
	open := newTLSTransport()
	defer open.CloseIdleConnections()
	if serial, proto := servedCertificate(t, open, address); serial != 1 || proto != "HTTP/2.0" {
		t.Errorf("certificate %d over %s, want 1 over HTTP/2.0", serial, proto)
	}

	version("v2", 2)
	c.expire()
	if serial := newConn(); serial != 2 {
		t.Errorf("after the renewal: certificate %d, want 2", serial)
	}
	if serial, _ := servedCertificate(t, open, address); serial != 1 {
		t.Errorf("an open connection was dropped: certificate %d, want 1", serial)
	}

	// A half-written file changes nothing, and is used once it is whole.
	whole, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	c.expire()
	if serial := newConn(); serial != 2 {
		t.Errorf("with half a file: certificate %d, want 2", serial)
	}
	if n := c.FailureCount(); n != 1 {
		t.Errorf("%d failures, want 1", n)
	}
	version("v3", 3)
	c.expire()
	if serial := newConn(); serial != 3 {
		t.Errorf("after the repair: certificate %d, want 3", serial)
	}
}

func TestCertificateInvalidFilesFail(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := writePair(t, dir, 1)
	otherDir := t.TempDir()
	_, otherKey := writePair(t, otherDir, 2)
	public := filepath.Join(dir, "public.key")
	data, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(public, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(public, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ cert, key, want string }{
		{certFile, "", "--listen-cert and --listen-key"},
		{"", keyFile, "--listen-cert and --listen-key"},
		{certFile, public, "every user can read or write it: chmod 600 it"},
		{certFile, otherKey, "does not match"},
		{certFile + "x", keyFile, "no such file"},
		{certFile, keyFile + "x", "no such file"},
	} {
		err := CheckCertificateFiles(tc.cert, tc.key)
		if err == nil {
			_, err = LoadCertificate(tc.cert, tc.key)
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: %v, want %q", tc.cert, tc.key, err, tc.want)
		}
	}
}
