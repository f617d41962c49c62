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

// checkCollectors reads what the collectors said in the last minutes; with site
// "" those of all sites.
func checkCollectors(ctx context.Context, c *Conn, site string, now func() time.Time, skew time.Duration) []Check {
	none := Check{Name: "collectors", Level: Warn}
	if site == "" {
		site = "*"
	}
	var heard collectors
	server := now().Add(-skew)
	heard.setFrom(server.Add(-reportsSince))
	err := readReports(ctx, c, site, server.Add(-reportsSince), func(data []byte, stored time.Time) { heard.addReport(data, stored, stored) })
	if err != nil {
		none.Detail, none.Next = err.Error(), "look at JetStream on the server: nats server report jetstream"
		if errors.Is(err, ErrDenied) {
			none.Next = "for viewers: permit publishing to " + c.apiPrefix + apiConsumerCreate + "*." + beacon.CollectorsSubject(site)
		}
		return []Check{none}
	}
	known, losses, others := heard.list(server)
	if len(known) == 0 {
		none.Detail, none.Next = "none has reported in the last "+reportsSince.String(), "start rumtop collect, or see why it does not reach NATS"
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
	sum := Check{Name: "losses", Detail: fmt.Sprintf("no beacon was lost by %d collectors in the last %v", len(known), reportsSince)}
	if lost > 0 {
		sum.Level, sum.Detail = Fail, fmt.Sprintf("%d beacons were lost in the last %v", lost, reportsSince)
		sum.Next = "see why NATS did not take them (stream, disk, network); a larger --max-queue bridges longer outages"
	}
	checks = append(checks, sum)
	if others > 0 {
		checks = append(checks, Check{Name: "collectors", Level: Warn, Detail: fmt.Sprintf("%d messages are no report, or of more than %d collectors", others, MaxCollectors),
			Next: "see who else may publish to " + beacon.CollectorsSubject(site)})
	}
	return checks
}

// checkReport judges one collector by its last word.
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
		said, next := fmt.Sprintf("%d requests turned away%s", n, reasonsText(c.Denied)), "let --origin name the pages' origins, and the SDKs send a --site's key"
		if c.Received == 0 {
			worse(Warn, said, next)
		} else {
			ch.Detail += "; " + said
		}
	}
	if n := c.UnforwardedSum(); n > 0 {
		worse(Warn, fmt.Sprintf("vendors took %d requests and not %d%s", c.Forwarded, n, reasonsText(c.Unforwarded)), "see whether what --forward-to names is up, and takes what these SDKs send")
	} else if c.Forwarded > 0 {
		ch.Detail += fmt.Sprintf("; vendors took %d requests", c.Forwarded)
	}
	if !c.Balanced() {
		worse(Fail, "which does not add up", "this is a defect of rumtop: please report it")
	}
	if c.Violations > 0 {
		worse(Fail, fmt.Sprintf("NATS forbade it something %d times", c.Violations), "permit its user what docs/nats.md lists, at least publishing to "+beacon.SubjectRoot+">")
	}
	if c.QueueMaxBytes > 0 && c.QueueBytes > c.QueueMaxBytes/2 {
		worse(Warn, fmt.Sprintf("its queue is %d %% full", 100*c.QueueBytes/c.QueueMaxBytes), "see why NATS does not take its batches: stream, disk, network")
	}
	if c.Silent {
		worse(Warn, "silent", "if it was not meant to end: is it running, and does it reach NATS?")
	}
	if c.Skew.Abs() > largeSkew {
		worse(Warn, fmt.Sprintf("its clock is %v off the server's", c.Skew.Round(time.Millisecond)), "run NTP there: windows go by the collector's clock")
	}
	if c.Identity == beacon.IdentityAlone {
		worse(Warn, "it counts users apart from the others", "let it reach the bucket that --identity-bucket names")
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
