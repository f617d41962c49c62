package collector

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
		// Written beside and renamed over, as renewal programs do.
		if err := os.WriteFile(file+".new", pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// age lets the next look at the files happen.
func (c *certificate) age() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked = time.Time{}
}

func TestCertificateIsReloaded(t *testing.T) {
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
	r := newRig(t, func(c *Config) { c.CertFile, c.KeyFile = certFile, keyFile })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := r.c.Server()
	ended := make(chan error)
	go func() { ended <- s.ServeTLS(r.c.Listener(l), "", "") }()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	post := func(transport *http.Transport) (serial int64, proto string) {
		t.Helper()
		req, err := http.NewRequest("POST", "https://"+l.Addr().String()+"/v1/beacons?key="+testKey, strings.NewReader(view))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "text/plain")
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
	visit := func() (int64, string) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		return post(transport)
	}
	staying := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer staying.CloseIdleConnections()
	if serial, proto := post(staying); serial != 1 || proto != "HTTP/2.0" {
		t.Errorf("certificate %d over %s", serial, proto)
	}

	version("v2", 2)
	r.c.certificate.age()
	if serial, _ := visit(); serial != 2 {
		t.Errorf("after the renewal: certificate %d", serial)
	}
	if serial, _ := post(staying); serial != 1 {
		t.Errorf("an open connection was dropped: certificate %d", serial)
	}

	// A file that is half written changes nothing, and is taken once it is whole.
	whole, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	r.c.certificate.age()
	if serial, _ := visit(); serial != 2 {
		t.Errorf("with half a file: certificate %d", serial)
	}
	metrics := r.do("GET", "/metrics", "").body
	if !strings.Contains(metrics, "tls_certificate_reload_failures_total 1") || !strings.Contains(metrics, "tls_certificate_expiry_timestamp_seconds 1") {
		t.Error("the failure, or the expiry, is not in the metrics")
	}
	version("v3", 3)
	r.c.certificate.age()
	if serial, _ := visit(); serial != 3 {
		t.Errorf("after the repair: certificate %d", serial)
	}
}

func TestCertificateMistakes(t *testing.T) {
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
		{certFile, public, "can be read by everybody: chmod 600 it"},
		{certFile, otherKey, "does not match"},
		{certFile + "x", keyFile, "no such file"},
		{certFile, keyFile + "x", "no such file"},
	} {
		_, err := New(Config{Sites: map[string]string{"shop": "k"}, CertFile: tc.cert, KeyFile: tc.key}, &server{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: %v, want %q", tc.cert, tc.key, err, tc.want)
		}
	}
}
