//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// capture writes what the SDKs sent as fixtures of collector/wire.
var capture = flag.Bool("capture", false, "write what the SDKs send into collector/wire/testdata")

// exchange is one request of a fixture, or the name of the scenario that follows.
type exchange struct {
	Scene   string            `json:"scene,omitempty"`
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Binary  []byte            `json:"binary,omitempty"` // a binary body
}

// recordingProxy forwards requests to the collector and records them.
type recordingProxy struct {
	mu    sync.Mutex
	proxy *httputil.ReverseProxy
	keys  map[string]string     // of scenarios, by SDK and name
	taken map[string][]exchange // by key
}

func newRecordingProxy() *recordingProxy {
	return &recordingProxy{keys: map[string]string{}, taken: map[string][]exchange{}}
}

// setTarget sets the collector that requests are forwarded to.
func (e *recordingProxy) setTarget(collector string) {
	to, err := url.Parse(collector)
	if err != nil {
		panic(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.proxy = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // a tab was closed
		w.WriteHeader(http.StatusBadGateway)
	}}
}

// addScenario sets the key of a scenario.
func (e *recordingProxy) addScenario(key string, x *sdk, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keys[x.name+"\x00"+name] = key
}

func (e *recordingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Method != http.MethodOptions {
		e.record(r, body)
	}
	e.mu.Lock()
	proxy := e.proxy
	e.mu.Unlock()
	proxy.ServeHTTP(w, r)
}

// record records a request; its scenario is found by the key in it.
func (e *recordingProxy) record(r *http.Request, body []byte) {
	x := exchange{Method: r.Method, Path: r.URL.RequestURI(), Headers: map[string]string{}}
	for name, values := range r.Header {
		switch name = strings.ToLower(name); {
		case strings.HasPrefix(name, "accept"), strings.HasPrefix(name, "sec-"):
		case name == "connection", name == "content-length", name == "referer", name == "cache-control", name == "pragma":
		default:
			x.Headers[name] = values[0]
		}
	}
	if x.Headers["content-encoding"] == "gzip" {
		if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			if plain, err := io.ReadAll(z); err == nil {
				body = plain
				delete(x.Headers, "content-encoding")
			}
		}
	}
	head, err := json.Marshal(x)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range e.keys {
		if !bytes.Contains(head, []byte(key)) && !bytes.Contains(body, []byte(key)) {
			continue
		}
		x.Path = strings.ReplaceAll(x.Path, key, siteKey)
		for name, value := range x.Headers {
			x.Headers[name] = strings.ReplaceAll(value, key, siteKey)
		}
		body = bytes.ReplaceAll(body, []byte(key), []byte(siteKey))
		if utf8.Valid(body) {
			x.Body = string(body)
		} else {
			x.Binary = body
		}
		e.taken[key] = append(e.taken[key], x)
	}
}

// saveFixture writes the fixture of an SDK, with -capture.
func (e *recordingProxy) saveFixture(t *testing.T, x *sdk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []exchange
	for _, sc := range scenarios() {
		if key := e.keys[x.name+"\x00"+sc.name]; key != "" {
			all = append(append(all, exchange{Scene: sc.name}), e.taken[key]...)
		}
	}
	writeFixture(t, x.name, all)
}

func writeFixture(t *testing.T, name string, all []exchange) {
	t.Helper()
	if !*capture {
		return
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("..", "collector", "wire", "testdata", name+".json"), text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
