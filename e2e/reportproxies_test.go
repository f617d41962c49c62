//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// lossyProxy forwards to a collector and drops its first answer, not the request.
type lossyProxy struct {
	*httputil.ReverseProxy
	lost atomic.Bool
}

func newLossyProxy(t *testing.T, collector string) *lossyProxy {
	t.Helper()
	to, err := url.Parse(strings.Replace(collector, "http://", "https://", 1))
	if err != nil {
		t.Fatal(err)
	}
	l := new(lossyProxy)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	l.ReverseProxy = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: transport,
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method == http.MethodPost && answer.StatusCode < 300 && l.lost.CompareAndSwap(false, true) {
				return errLost
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	return l
}

var errLost = errors.New("answer dropped")

// recorder records what the collector forwards.
type recorder struct {
	mu  sync.Mutex
	all []exchange
}

func (k *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	scenario := r.URL.Query().Get("scene")
	x := exchange{Scene: scenario, Method: r.Method, Path: r.URL.Path + "?key=" + siteKey, Headers: map[string]string{}}
	for _, name := range []string{"Content-Type", "Origin", "User-Agent"} {
		x.Headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	for _, a := range reportCases() {
		body = bytes.ReplaceAll(body, []byte("scene="+a.site+"&key="+a.key()), []byte("key="+siteKey))
		body = bytes.ReplaceAll(body, []byte("&scene="+a.site), nil)
	}
	x.Body = string(body)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.all = append(k.all, x)
}

// count counts the requests of a scenario with a word.
func (k *recorder) count(scenario, word string) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range k.all {
		if x.Scene == scenario && strings.Contains(x.Body, word) {
			n++
		}
	}
	return n
}

// saveFixture writes the fixture of this Chromium, with -capture.
func (k *recorder) saveFixture(t *testing.T, tabs context.Context) {
	v, err := chromedp.Call(tabs, browser.GetVersion, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	_, version, _ := strings.Cut(v.Product, "/")
	major, _, _ := strings.Cut(version, ".")
	k.mu.Lock()
	defer k.mu.Unlock()
	slices.SortStableFunc(k.all, func(a, b exchange) int { return cmp.Compare(a.Scene, b.Scene) })
	var all []exchange
	for i, x := range k.all {
		if i == 0 || x.Scene != k.all[i-1].Scene {
			all = append(all, exchange{Scene: x.Scene})
		}
		x.Scene = ""
		all = append(all, x)
	}
	writeFixture(t, "reporting-chromium-"+major, all)
}
