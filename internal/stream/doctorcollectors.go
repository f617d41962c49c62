package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// checkCollectors checks the collectors of one site, or of all sites if site is
// "", by their reports of the last minutes.
func checkCollectors(ctx context.Context, c *Conn, site string, now func() time.Time, skew time.Duration) []Check {
	none := Check{Name: "collectors", Level: Warn}
	if site == "" {
		site = "*"
	}
	var heard collectors
	server := now().Add(-skew)
	heard.setFrom(server.Add(-reportsLookback))
	err := readReports(ctx, c, site, server.Add(-reportsLookback), func(data []byte, stored time.Time) { heard.addReport(data, stored, stored) })
	if err != nil {
		none.Detail, none.Next = err.Error(), "check JetStream on the server: nats server report jetstream"
		if errors.Is(err, ErrDenied) {
			none.Next = "viewers need it: permit publishing to " + c.apiPrefix + apiConsumerCreate + "*." + beacon.CollectorsSubject(site)
		}
		return []Check{none}
	}
	known, losses, others := heard.list(server)
	if len(known) == 0 {
		none.Detail, none.Next = "no reports in the last "+reportsLookback.String(), "start rumtop collect, or check why it does not reach NATS"
		return []Check{none}
	}
	var checks []Check
	for i := range known {
		checks = append(checks, checkReport(&known[i]))
	}
	var lost int64
	for _, l := range losses {
		lost += l.Lost
	}
	sum := Check{Name: "losses", Detail: fmt.Sprintf("0 beacons lost by %s in the last %v", plural(len(known), "collector"), reportsLookback)}
	if lost > 0 {
		sum.Level, sum.Detail = Fail, fmt.Sprintf("%s lost in the last %v", plural(lost, "beacon"), reportsLookback)
		sum.Next = "check why NATS did not store them (stream, disk, network), or raise --max-queue to bridge longer outages"
	}
	checks = append(checks, sum)
	if others > 0 {
		checks = append(checks, Check{Name: "collectors", Level: Warn, Detail: fmt.Sprintf("%d messages are not reports, or are of more than %d collectors", others, MaxCollectors),
			Next: "check who else may publish to " + beacon.CollectorsSubject(site)})
	}
	return checks
}

// checkReport checks one collector by its last report.
func checkReport(c *Collector) Check {
	ch := Check{Name: "collector", Detail: fmt.Sprintf("%s %s: %d received = %d published + %d refused%s + %d dropped%s + %d queued",
		c.ID, regionText(c.Region), c.Received, c.Published, c.RefusedSum(), reasonsText(c.Refused), c.DroppedSum(), reasonsText(c.Dropped), c.Queued)}
	worse := func(level Level, detail, next string) {
		if level > ch.Level {
			ch.Level, ch.Next = level, next
		}
		ch.Detail += "; " + detail
	}
	if n := c.DeniedSum(); n > 0 {
		text, next := fmt.Sprintf("%s denied%s", plural(n, "request"), reasonsText(c.Denied)), "set --origin to the pages' origins, and the SDKs' key to that of --site"
		if c.Received == 0 {
			worse(Warn, text, next)
		} else {
			ch.Detail += "; " + text
		}
	}
	if n := c.UnforwardedSum(); n > 0 {
		worse(Warn, fmt.Sprintf("%d requests forwarded, %d not%s", c.Forwarded, n, reasonsText(c.Unforwarded)), "check that the vendors of --forward-to are up and accept what these SDKs send")
	} else if c.Forwarded > 0 {
		ch.Detail += fmt.Sprintf("; %s forwarded", plural(c.Forwarded, "request"))
	}
	if !c.Balanced() {
		worse(Fail, "counts do not add up", "this is a bug in rumtop: please report it")
	}
	if c.Violations > 0 {
		worse(Fail, fmt.Sprintf("NATS denied it %s", plural(c.Violations, "request")), "permit its user what docs/nats.md lists, at least publishing to "+beacon.SubjectRoot+">")
	}
	if c.QueueMaxBytes > 0 && c.QueueBytes > c.QueueMaxBytes/2 {
		worse(Warn, fmt.Sprintf("its queue is %d%% full", 100*c.QueueBytes/c.QueueMaxBytes), "check why NATS does not store its batches: stream, disk, network")
	}
	if c.Problem != "" {
		text, next := c.Problem, "see the check of the stream"
		if i := strings.LastIndex(text, ": "); i > 0 {
			text, next = text[:i], text[i+2:]
		}
		worse(Fail, text, next)
	} else if waiting := time.Duration(c.Waiting) * time.Millisecond; waiting >= unacknowledgedAfter {
		worse(Fail, fmt.Sprintf("its oldest batch has waited %v for an acknowledgement", waiting.Round(time.Second)), "check the stream: nats stream info "+StreamName)
	}
	if c.Silent {
		worse(Warn, "silent", "check that it runs and reaches NATS, unless it was stopped")
	}
	if c.Skew.Abs() > largeSkew {
		worse(Warn, fmt.Sprintf("its clock is off by %v", c.Skew.Round(time.Millisecond)), "run NTP there: windows use the collector's clock")
	}
	if c.Identity == beacon.IdentityAlone {
		worse(Warn, "it hashes users separately", "check that it reaches the bucket of --identity-bucket")
	}
	return ch
}

func regionText(region string) string {
	if region == "" {
		return "(any region)"
	}
	return region
}

func reasonsText(counts map[string]int64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
