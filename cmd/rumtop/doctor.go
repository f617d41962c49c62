package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/secret"
	"github.com/rumtop/rumtop/internal/stream"
)

func (p *program) doctorCommand() *cobra.Command {
	var n natsFlags
	var site, collectorURL string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Diagnose the setup and suggest fixes",
		Long: `Checks server, permissions, stream, clocks and collector, and suggests fixes.
Exit status 1 if a check fails; a warning alone exits 0.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkSite(site); err != nil {
				return err
			}
			ctx := cmd.Context()
			var checks []stream.Check
			options := n.options("rumtop doctor")
			if text := options.Overrides(); text != "" {
				checks = append(checks, stream.Check{Name: "settings", Level: stream.Warn, Detail: text, Next: "unset the variable if the file is meant"})
			}
			if text := options.Exposed(); text != "" {
				checks = append(checks, stream.Check{Name: "secrets", Level: stream.Warn, Detail: text})
			}
			conn, err := stream.Connect(ctx, options)
			if err != nil {
				checks = append(checks, stream.Check{Name: "server", Level: stream.Fail, Detail: err.Error()})
			} else {
				defer conn.Close()
				checks = append(checks, stream.Doctor(ctx, conn, site, time.Now)...)
			}
			checks = append(checks, checkCollector(ctx, collectorURL)...)
			return p.printChecks(checks)
		},
	}
	n.register(cmd.Flags())
	cmd.Flags().StringVar(&site, "site", "", "check only this site")
	cmd.Flags().StringVar(&collectorURL, "collector", "http://127.0.0.1:8080", "URL of a collector")
	return cmd
}

func (p *program) printChecks(checks []stream.Check) error {
	failed := 0
	for _, c := range checks {
		sign := map[stream.Level]string{stream.OK: "ok  ", stream.Warn: "warn", stream.Fail: "FAIL"}[c.Level]
		if _, err := fmt.Fprintf(p.stdout, "%s  %-10s %s\n", sign, c.Name, plain.Line(secret.Text(c.Detail), 0)); err != nil {
			return err
		}
		if c.Next != "" {
			if _, err := fmt.Fprintf(p.stdout, "      %-10s → %s\n", "", plain.Line(secret.Text(c.Next), 0)); err != nil {
				return err
			}
		}
		if c.Level == stream.Fail {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}

// The size limit of a collector's response in bytes, and how far its clock may be
// off.
const (
	metricsLimit  = 4 << 20
	collectorSkew = 2 * time.Second
)

// checkCollector checks a collector from outside: whether it responds, reaches
// NATS, has the right time, and accounts for its beacons.
func checkCollector(ctx context.Context, url string) []stream.Check {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	url = strings.TrimSuffix(url, "/")
	ready := stream.Check{Name: "collector"}
	began := time.Now()
	status, date, _, err := get(ctx, url+"/readyz")
	if err != nil {
		ready.Level, ready.Detail = stream.Warn, fmt.Sprintf("no response from %s", url)
		ready.Next = "start rumtop collect, or set --collector"
		return []stream.Check{ready}
	}
	checks := []stream.Check{ready}
	if status == http.StatusOK {
		checks[0].Detail = fmt.Sprintf("%s accepts beacons", url)
	} else {
		checks[0].Level, checks[0].Detail = stream.Fail, fmt.Sprintf("%s is up but not ready (%d)", url, status)
		checks[0].Next = "check its log: NATS may be out of reach, or its queue full"
	}
	if at, err := http.ParseTime(date); err == nil {
		clock := stream.Check{Name: "its clock", Detail: "within 2 s of this machine's"}
		// The header has whole seconds.
		if skew := at.Sub(began); skew > collectorSkew || skew < -collectorSkew-time.Second {
			clock.Level, clock.Detail = stream.Warn, fmt.Sprintf("is %s off this machine's", skew.Round(time.Second))
			clock.Next = "run NTP on both: windows depend on the collector's clock"
		}
		checks = append(checks, clock)
	}
	if account, err := checkAccount(ctx, url+"/metrics"); err == nil {
		checks = append(checks, account)
	}
	return checks
}

// checkAccount checks that received = published + refused + dropped + queued.
func checkAccount(ctx context.Context, url string) (stream.Check, error) {
	_, _, body, err := get(ctx, url)
	if err != nil {
		return stream.Check{}, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		return stream.Check{}, err
	}
	sum := func(name string) (total float64) {
		for _, m := range families["rumtop_collector_"+name].GetMetric() {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
		return total
	}
	received, published := sum("beacons_received_total"), sum("beacons_published_total")
	refused, dropped, queued := sum("beacons_refused_total"), sum("beacons_dropped_total"), sum("beacons_queued")
	check := stream.Check{Name: "account", Detail: fmt.Sprintf("%.0f received = %.0f published + %.0f refused + %.0f dropped + %.0f queued", received, published, refused, dropped, queued)}
	switch {
	case received != published+refused+dropped+queued:
		check.Level, check.Detail = stream.Fail, check.Detail+", which does not add up"
		check.Next = "this is a bug in rumtop: please report it"
	case refused+dropped > 0:
		check.Next = "see the reasons in " + url
	}
	return check, nil
}

func get(ctx context.Context, url string) (status int, date, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, metricsLimit))
	if len(data) == metricsLimit {
		err = errors.New("response too long")
	}
	return resp.StatusCode, resp.Header.Get("Date"), string(data), err
}
