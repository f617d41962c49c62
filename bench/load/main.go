// Command load posts the demo shop's live traffic to a collector, to measure
// viewers and collectors under a known rate:
//
//	rumtop collect --site shop=k --region-header X-Demo-Region --trusted-proxies 127.0.0.0/8 --origin https://shop.example
//	go run ./bench/load -rate 2000 -for 2m 'http://127.0.0.1:8080/v1/beacons?key=k'
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/rumtop/rumtop/internal/demo"
)

func main() {
	rate := flag.Float64("rate", 2000, "beacons a second")
	length := flag.Duration("for", time.Minute, "duration of the load")
	flag.Parse()
	if err := run(flag.Arg(0), *rate, *length); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(url string, rate float64, length time.Duration) error {
	if url == "" {
		return fmt.Errorf("missing URL of the collector: usage: load [-rate N] [-for DURATION] URL")
	}
	sim, err := demo.New(demo.Config{Seed: 1, Rate: rate, Start: time.Now()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	client := &http.Client{Timeout: 5 * time.Second}
	if err := sim.Run(ctx, time.Now, demo.Post(client, url)); ctx.Err() == nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%+v\n", sim.Stats())
	return err
}
