//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// holdConnections opens connections from many addresses, sends first on each and
// drop once a second, and opens new ones for those that are closed.
func holdConnections(ctx context.Context, a *attackTarget, connections int, first string, drop string) {
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			for ctx.Err() == nil {
				conn, err := dialFrom(attacker(i)).DialContext(ctx, "tcp", a.address)
				if err != nil {
					return
				}
				if a.tls != nil {
					conn = tls.Client(conn, a.tls)
				}
				_, err = io.WriteString(conn, first)
				for err == nil && ctx.Err() == nil {
					select {
					case <-time.After(time.Second):
						_, err = io.WriteString(conn, drop)
					case <-ctx.Done():
					}
				}
				_ = conn.Close() // already closed by the collector, or at the end of the attack
				select {
				case <-time.After(reconnectDelay):
				case <-ctx.Done():
				}
			}
		})
	}
	wg.Wait()
}

// flood runs a function in parallel until the attack ends.
func flood(ctx context.Context, hands int, what func(hand, round int)) {
	var wg sync.WaitGroup
	for hand := range hands {
		wg.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				what(hand, round)
			}
		})
	}
	wg.Wait()
}

const line = "POST /v1/beacons?key=" + siteKey + " HTTP/1.1\r\nHost: rum\r\n"

func slowHeaders(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line, "X: y\r\n")
}

func endlessHeaders(ctx context.Context, a *attackTarget) {
	var fields strings.Builder
	for i := 0; fields.Len() < 19<<10; i++ {
		fmt.Fprintf(&fields, "%s:\r\n", strconv.FormatInt(int64(i), 36))
	}
	holdConnections(ctx, a, 2000, line+fields.String(), "Z:\r\n")
}

func idleConnections(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, "GET /healthz HTTP/1.1\r\nHost: rum\r\n\r\n", "")
}

const slowly = "Content-Type: text/plain\r\nContent-Length: 60000\r\n\r\n"

func slowBodies(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line+slowly+`[{"navigation":true},`, " ")
}

func largeHeaders(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line+"Cookie: "+strings.Repeat("c", 15<<10)+"\r\n"+slowly+strings.Repeat(" ", 4<<10), " ")
}

func bombs(ctx context.Context, a *attackTarget) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(make([]byte, 60<<20))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		a.t.Error(err)
	}
	flood(ctx, 50, func(hand, round int) {
		if status, err := a.post(request{from: attacker(hand), encoding: "gzip", body: b.String()}); err == nil && status == http.StatusAccepted {
			a.t.Error("a bomb was accepted")
		}
	})
}

// blanks is an endless body.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func endlessBodies(ctx context.Context, a *attackTarget) {
	flood(ctx, 50, func(hand, round int) {
		if status, err := a.post(request{from: attacker(hand), stream: blanks{}}); err == nil && status != http.StatusRequestEntityTooLarge && status != http.StatusTooManyRequests {
			a.t.Errorf("an endless body: %d", status)
		}
	})
}

func deepJSON(ctx context.Context, a *attackTarget) {
	deep := []string{strings.Repeat("[", 64<<10), strings.Repeat(`{"a":`, 12<<10), strings.Repeat(`[{"x":`, 5<<10) + "1" + strings.Repeat("}]", 5<<10)}
	flood(ctx, 50, func(hand, round int) {
		_, _ = a.post(request{from: attacker(hand), body: deep[round%len(deep)]})
	})
}

func hugeHeaders(ctx context.Context, a *attackTarget) {
	huge := line + "X: " + strings.Repeat("x", 1<<20)
	flood(ctx, 50, func(hand, round int) {
		conn, err := dialFrom(attacker(hand)).DialContext(ctx, "tcp", a.address)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, huge)
		_ = conn.Close()
	})
}

func wrongKeys(ctx context.Context, a *attackTarget) {
	flood(ctx, 50, func(hand, round int) {
		status, err := a.post(request{from: attacker(hand), path: fmt.Sprintf("/k/%d-%d/v1/beacons", hand, round), body: "{}"})
		if err == nil && status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
			a.t.Errorf("a made-up key: %d", status)
		}
	})
}

func madeUpNames(ctx context.Context, a *attackTarget) {
	var n atomic.Int64
	flood(ctx, 50, func(hand, round int) {
		var b strings.Builder
		for range 40 {
			i := n.Add(1)
			fmt.Fprintf(&b, `{"user":"u%d","session":"s%d","view":"v%d","navigation":true,"url":"/p%s%d","release":"r%d","environment":"e%d",`+
				`"tags":{"k%d":"v%d","request":"%d"},"metrics":{"m%d":1},"events":[{"name":"n%d"}],"requests":[{"url":"https://h%d.example/%d"}]}`+"\n",
				i, i, i, strings.Repeat("/long", 200), i, i, i, i, i, i, i, i, i, i)
		}
		client := net.IPv4(byte(1+rand.IntN(200)), byte(rand.IntN(256)), byte(rand.IntN(256)), 7)
		_, _ = a.post(request{from: fmt.Sprintf("%s.0.%d", proxyNet, 1+hand), client: client.String(), body: b.String()})
	})
}

func largeBodies(ctx context.Context, a *attackTarget) {
	var bodies []string
	for _, last := range []string{"", `,"errors":[{"type":"TypeError","message":"m","stack":"%s"}]`} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for i := range 50 {
			extra := last
			if extra != "" {
				extra = fmt.Sprintf(last, strings.Repeat(fmt.Sprintf("at f%d (https://shop.example/a%d.js:1:%d)\\n", rand.Int(), i, rand.Int()), 50))
			}
			fmt.Fprintf(z, `{"navigation":true,"view":"%d","user":"%d","url":"/p%d"%s}`+"\n", rand.Int(), rand.Int(), i, extra)
		}
		if err := z.Close(); err != nil {
			a.t.Error(err)
		}
		bodies = append(bodies, b.String())
	}
	flood(ctx, 100, func(hand, round int) {
		client := net.IPv4(byte(1+rand.IntN(200)), byte(rand.IntN(256)), byte(rand.IntN(256)), 7)
		_, _ = a.post(request{from: fmt.Sprintf("%s.0.%d", proxyNet, 1+hand), client: client.String(), encoding: "gzip", body: bodies[round%len(bodies)]})
	})
}
