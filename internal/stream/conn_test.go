package stream

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/rumtop/rumtop/internal/testwait"
)

func write(t *testing.T, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.TempDir(), name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

// natsContext writes a context as the nats command stores it.
func natsContext(t *testing.T, home, name string, fields map[string]any) {
	t.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "nats", "context", name+".json"), data, 0o600)
}

// flags are options that the command line sets.
func flags(s Settings) ConnectOptions { return ConnectOptions{Sources: []Settings{s}} }

func refused(t *testing.T, opts ConnectOptions) string {
	t.Helper()
	c, err := Connect(testContext(t), opts)
	if err == nil {
		c.Close()
		t.Fatalf("Connect(%+v) succeeded, want an error", opts)
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "nats: ") {
		t.Errorf("error %q: want one sentence without nats.go's prefix", err)
	}
	return err.Error()
}

func TestConnectErrorSuggestsFix(t *testing.T) {
	garbage := write(t, "garbage", []byte("garbage"), 0o600)
	public := write(t, "public", []byte("garbage"), 0o644)
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	natsContext(t, home, "prod", map[string]any{"url": "nats://127.0.0.1:1"})
	natsContext(t, home, "staging", map[string]any{"url": "nats://127.0.0.1:1"})
	for _, c := range []struct {
		name string
		opts ConnectOptions
		want string
	}{
		{"no server", ConnectOptions{Servers: "nats://127.0.0.1:1"}, "no NATS server at nats://127.0.0.1:1: start one, or set --server or --context"},
		{"password", ConnectOptions{Servers: "nats://u:hunter2@127.0.0.1:1"}, "no NATS server at nats://127.0.0.1:1: start one, or set --server or --context"},
		{"two", ConnectOptions{Servers: "127.0.0.1:1, nats://127.0.0.1:2"}, "no NATS server at nats://127.0.0.1:1, nats://127.0.0.1:2: start one, or set --server or --context"},
		{"no such name", ConnectOptions{Servers: "nats://nowhere.invalid"}, "no NATS server at nats://nowhere.invalid: start one, or set --server or --context"},
		{"creds missing", flags(Settings{Creds: garbage + "x"}), "read the credentials file: stat " + garbage + "x: no such file or directory"},
		{"creds garbage", flags(Settings{Creds: garbage}), "credentials file " + garbage + ": no user credentials: create them with nsc generate creds"},
		{"creds public", flags(Settings{Creds: public}), "credentials file " + public + ": every user can read or write it: chmod 600 it"},
		{"nkey garbage", flags(Settings{NKey: garbage}), "nkey file " + garbage + ": no seed: use a file with a line that starts with SU"},
		{"nkey public", flags(Settings{NKey: public}), "nkey file " + public + ": every user can read or write it: chmod 600 it"},
		{"both", flags(Settings{NKey: garbage, Creds: garbage}), "--creds and --nkey: both are set: set only one"},
		{"ca garbage", flags(Settings{TLSCA: garbage}), "--tlsca " + garbage + ": no certificate: use a PEM file"},
		{"half a pair", flags(Settings{TLSCert: garbage}), "--tlscert and --tlskey: only one is set: set both or none"},
		{"context unknown", flags(Settings{Context: "live"}), `NATS context "live": unknown context "live": use one of prod, staging`},
		{"context away", flags(Settings{Context: "prod"}), "no NATS server at nats://127.0.0.1:1: start one, or set --server or --context"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := refused(t, c.opts); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = c.Close()
		}
	}()
	if got := refused(t, ConnectOptions{Servers: l.Addr().String()}); got != "nats://"+l.Addr().String()+" does not respond as a NATS server: check host and port" {
		t.Error(got)
	}
}

func TestConnectWithNKeyAndContext(t *testing.T) {
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := key.Seed()
	if err != nil {
		t.Fatal(err)
	}
	srv := serve(t, &server.Options{
		Nkeys: []*server.NkeyUser{{Nkey: public}},
		Users: []*server.User{user("viewer", nil, nil)},
	})
	file := write(t, "viewer.nk", seed, 0o600)
	c, err := Connect(testContext(t), flags(Settings{Servers: srv.ClientURL(), NKey: file}))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()

	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	natsContext(t, home, "prod", map[string]any{"url": srv.ClientURL(), "user": "viewer", "password": "secret", "jetstream_domain": "hub", "inbox_prefix": "_INBOX_viewer"})
	natsContext(t, home, "wrong", map[string]any{"url": "nats://127.0.0.1:1", "user": "viewer", "password": "wrong"})
	c, err = Connect(testContext(t), flags(Settings{Context: "prod"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.apiPrefix != "$JS.hub.API." || !strings.HasPrefix(c.NewInbox(), "_INBOX_viewer.") {
		t.Errorf("prefix %s, inbox %s", c.apiPrefix, c.NewInbox())
	}
	c.Close()
	c, err = Connect(testContext(t), flags(Settings{Context: filepath.Join(home, "nats", "context", "prod.json")}))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	// Options take precedence over the context.
	c, err = Connect(testContext(t), flags(Settings{Context: "wrong", Servers: srv.ClientURL(), NKey: file}))
	if err != nil {
		t.Fatal(err)
	}
	if st := c.State(); !st.Connected || st.Server != srv.ClientURL() || st.Note != "" {
		t.Errorf("state %+v", st)
	}
	c.Close()
}

func TestConnectOverTLS(t *testing.T) {
	ca, pair := authority(t)
	srv := serve(t, &server.Options{TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}, TLSTimeout: 2})
	url := srv.ClientURL()
	if got := refused(t, ConnectOptions{Servers: url}); got != "certificate of "+url+" has an unknown authority: set --tlsca" {
		t.Error(got)
	}
	c, err := Connect(testContext(t), flags(Settings{Servers: url, TLSCA: ca}))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	plain := serve(t, &server.Options{})
	url = "tls://" + strings.TrimPrefix(plain.ClientURL(), "nats://")
	if got := refused(t, ConnectOptions{Servers: url}); got != url+" has no TLS: use a nats:// URL and no TLS files" {
		t.Error(got)
	}
}

func TestConnectLazily(t *testing.T) {
	port := freePort(t)
	before := time.Now()
	// 192.0.2.1 is a documentation address: nothing responds, not even a refusal.
	c, err := ConnectLazily(ConnectOptions{Servers: "nats://192.0.2.1:4222, nats://127.0.0.1:" + strconv.Itoa(port)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if d := time.Since(before); d > time.Second {
		t.Errorf("ConnectLazily took %v", d)
	}
	st := c.State()
	if st.Connected || st.Note != "no connection to nats://192.0.2.1:4222, nats://127.0.0.1:"+strconv.Itoa(port)+": retrying" {
		t.Errorf("state %+v", st)
	}
	embed(t, EmbeddedOptions{Port: port})
	testwait.Until(t, "the connection", func() bool { return c.State().Connected })
	if st := c.State(); st.Note != "" || st.Server != "nats://127.0.0.1:"+strconv.Itoa(port) {
		t.Errorf("state %+v", st)
	}
}

func TestConnectEndsWithContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections and sends nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	before := time.Now()
	if _, err := Connect(ctx, ConnectOptions{Servers: l.Addr().String()}); err == nil || time.Since(before) > time.Second {
		t.Errorf("Connect: %v after %v, want an error within 1s", err, time.Since(before))
	}
	if got := refused(t, ConnectOptions{Servers: l.Addr().String(), timeout: 100 * time.Millisecond}); got != "no NATS server at nats://"+l.Addr().String()+": start one, or set --server or --context" {
		t.Error(got)
	}
}

// authority creates a self-signed certificate for 127.0.0.1.
func authority(t *testing.T) (caFile string, pair tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rumtop test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = write(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	return caFile, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
