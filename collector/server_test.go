package collector

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/internal/testwait"
)

// listen runs the collector's own server behind its own listener, with TLS if it
// has a certificate.
func (h *harness) listen() (address string) {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	s := h.c.Server()
	ended := make(chan error)
	go func() {
		if s.TLSConfig != nil {
			ended <- s.ServeTLS(h.c.Listener(l), "", "")
		} else {
			ended <- s.Serve(h.c.Listener(l))
		}
	}()
	h.t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			h.t.Error(err)
		}
	})
	return l.Addr().String()
}

func (h *harness) dial(address string) net.Conn {
	h.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	return conn
}

// rawRequest is a whole request as it is sent.
func rawRequest(body string) string {
	return fmt.Sprintf("POST /v1/beacons?key=%s HTTP/1.1\r\nHost: rum\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", testKey, len(body), body)
}

// send writes text to a connection and returns the status of the answer, 0 if
// the connection was closed.
func send(t *testing.T, conn net.Conn, text string) int {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		return 0
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// While all places are taken by idle connections a new client is served at once,
// and connections with a request in progress stay.
func TestServerIdleConnsReplaced(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Limits = Limits{Connections: 8, ClientConnections: 8} })
	address := h.listen()
	slow := h.dial(address)
	large := rawRequest(view + strings.Repeat(" ", 16<<10))
	if _, err := io.WriteString(slow, large[:len(large)-1]); err != nil { // its last byte comes later
		t.Fatal(err)
	}
	testwait.Until(t, "the slow body is being read", func() bool { return h.c.bodies.HeldBytes() > 0 })
	for i := range 40 {
		conn := h.dial(address)
		if status := send(t, conn, rawRequest(view)); status != http.StatusAccepted {
			t.Fatalf("client %d: %d", i, status)
		}
	}
	if n := h.c.conns.OpenCount(); n > 8 {
		t.Errorf("%d connections are open, limit 8", n)
	}
	if status := send(t, slow, large[len(large)-1:]); status != http.StatusAccepted {
		t.Errorf("the slow request: %d", status)
	}
}

// While slow bodies hold nearly all the memory, clients that send at once are
// served: the slowest is cut off.
func TestServerSlowBodiesCutOff(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Limits = Limits{BodyMemory: 256 << 10, ClientConnections: 200} })
	address := h.listen()
	text, large := rawRequest(view), rawRequest(view+strings.Repeat(" ", 5<<10))
	var slow []net.Conn
	for h.c.bodies.HeldBytes() <= 192<<10 {
		conn := h.dial(address)
		if _, err := io.WriteString(conn, large[:len(large)-1]); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
		testwait.Until(t, "the next body has its memory", func() bool { return h.c.bodies.HeldBytes() > int64(len(slow)-1)<<10 })
	}
	testwait.Until(t, "the first is cut off", func() bool {
		for what, body := range map[string]string{"a beacon": text, "many": large} {
			conn := h.dial(address)
			if status := send(t, conn, body); status != http.StatusAccepted {
				t.Errorf("a client with %s: %d", what, status)
			}
			_ = conn.Close() // or the limit on connections would close others for these
		}
		return h.c.bodies.CutOffCount() > 0
	})
	if status := send(t, slow[0], ""); status != http.StatusBadRequest {
		t.Errorf("the slowest: %d", status)
	}
	if a := h.do("GET", "/metrics", ""); strings.Contains(a.body, "bodies_cut_off_total 0") {
		t.Error("the cut-off is not in the metrics")
	}
}

func TestServerHeaderLimits(t *testing.T) {
	h := newHarness(t, nil)
	address := h.listen()
	long := strings.Replace(rawRequest(view), "Host: rum", "Host: rum\r\nCookie: "+strings.Repeat("c", 30<<10), 1)
	if status := send(t, h.dial(address), long); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 30 kB: %d", status)
	}
	var many strings.Builder
	for i := range edge.MaxHeaderFields {
		fmt.Fprintf(&many, "X-%d: y\r\n", i)
	}
	if status := send(t, h.dial(address), strings.Replace(rawRequest(view), "Content-Type", many.String()+"Content-Type", 1)); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of %d fields: %d", edge.MaxHeaderFields, status)
	}
}

// writeCertificate writes the certificate of a test server, and its key.
func writeCertificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	ts := httptest.NewTLSServer(nil)
	defer ts.Close()
	pair := ts.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// The server answers over TLS and HTTP/2. A certificate file that is half written
// changes nothing, and is counted.
func TestServerTLSKeepsOldCertificate(t *testing.T) {
	t.Parallel() // the next look at the files is a second away
	certFile, keyFile := writeCertificate(t)
	h := newHarness(t, func(c *Config) { c.CertFile, c.KeyFile = certFile, keyFile })
	if err := os.WriteFile(certFile, []byte("-----BEGIN"), 0o600); err != nil {
		t.Fatal(err)
	}
	testwait.Until(t, "the failed reload is in the metrics", func() bool {
		return strings.Contains(h.do("GET", "/metrics", "").body, "tls_certificate_reload_failures_total 1")
	})
	if strings.Contains(h.do("GET", "/metrics", "").body, "tls_certificate_expiry_timestamp_seconds 0") {
		t.Error("the expiry is not in the metrics")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequest("POST", "https://"+h.listen()+"/v1/beacons?key="+testKey, strings.NewReader(view))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusAccepted || res.Proto != "HTTP/2.0" {
		t.Errorf("%d over %s, want 202 over HTTP/2.0", res.StatusCode, res.Proto)
	}
}
