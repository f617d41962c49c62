package collector_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rumtop/rumtop/collector"
)

// printer prints the subjects of batches in place of publishing them.
type printer struct{}

func (printer) Publish(subject, _ string, _ []byte, done func(error)) error {
	fmt.Println("published to", subject[:len(subject)-3])
	done(nil)
	return nil
}

// A collector is a handler that another server can mount.
func Example() {
	c, err := collector.New(collector.Config{
		Sites:   map[string]string{"shop": "pk_1"},
		Origins: []string{"https://*.shop.example"},
		Region:  "eu-west",
	}, printer{})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/rum/", http.StripPrefix("/rum", c.Handler()))
	server := httptest.NewServer(mux)
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()

	res, err := http.Post(server.URL+"/rum/v1/beacons?key=pk_1", "application/json",
		strings.NewReader(`{"navigation": true, "url": "https://www.shop.example/cart", "metrics": {"lcp": 2412.5}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s", res.Status, answer)
	if err := c.Drain(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 202 Accepted: {"accepted": 1, "rejected": 0}
	// published to rum.v1.shop.eu-west
}
