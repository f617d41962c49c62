package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/collector"
)

// limitFlags are the limits on clients.
type limitFlags struct {
	header, body, inflated, bodyMemory, queue size
	depth, beacons, connections, perClient    int
	headerTimeout, bodyTimeout, idleTimeout   time.Duration
	grace                                     time.Duration
}

func (l *limitFlags) register(fs *pflag.FlagSet) {
	bytes := func(v *size, name string, fallback size, help string) {
		*v = fallback
		fs.Var(v, name, help)
	}
	bytes(&l.header, "max-header", 16<<10, "largest request header")
	bytes(&l.body, "max-body", 64<<10, "largest body on the wire")
	bytes(&l.inflated, "max-inflated", 256<<10, "largest body after decompression")
	bytes(&l.bodyMemory, "max-reading", 16<<20, "memory for all requests that are read at the same time")
	bytes(&l.queue, "max-queue", 48<<20, "memory for beacons that wait for NATS; drops the oldest without errors first")
	fs.IntVar(&l.depth, "max-depth", 16, "deepest nesting of JSON")
	fs.IntVar(&l.beacons, "max-beacons", 50, "beacons per request; refuses the rest")
	fs.IntVar(&l.connections, "max-connections", 1024, "concurrent connections")
	fs.IntVar(&l.perClient, "max-client-connections", 64, "concurrent connections per client address, except trusted proxies")
	fs.DurationVar(&l.headerTimeout, "header-timeout", 5*time.Second, "time for a client to send a request header")
	fs.DurationVar(&l.bodyTimeout, "body-timeout", 15*time.Second, "time for a client to send a request, and to read the response")
	fs.DurationVar(&l.idleTimeout, "idle-timeout", 2*time.Minute, "time between two requests on a connection")
	fs.DurationVar(&l.grace, "grace", time.Second, "time to accept beacons after SIGTERM, while /readyz returns 503")
}

// Upper bounds of the limits: beyond them, a limit protects nothing.
const (
	maxBytes   = 1 << 30
	maxCount   = 1 << 20
	maxTimeout = time.Hour
	maxGrace   = drainTime / 2
)

// apply checks the limits and puts them into a configuration.
func (l *limitFlags) apply(cfg *collector.Config) error {
	for _, f := range []struct {
		name  string
		value size
		least size
		into  *int
	}{
		{"max-header", l.header, 1 << 10, &cfg.Limits.Header}, {"max-body", l.body, 1 << 10, &cfg.Limits.Body},
		{"max-inflated", l.inflated, 1 << 10, &cfg.Limits.Inflated}, {"max-reading", l.bodyMemory, 1 << 20, &cfg.Limits.BodyMemory},
		{"max-queue", l.queue, 1 << 20, &cfg.QueueBytes},
	} {
		if f.value < f.least || f.value > maxBytes {
			least, most := f.least, size(maxBytes)
			return usage("--%s %s: from %s to %s", f.name, &f.value, &least, &most)
		}
		*f.into = int(f.value)
	}
	for _, f := range []struct {
		name  string
		value int
		into  *int
	}{
		{"max-depth", l.depth, &cfg.Limits.Depth}, {"max-beacons", l.beacons, &cfg.Limits.Beacons},
		{"max-connections", l.connections, &cfg.Limits.Connections}, {"max-client-connections", l.perClient, &cfg.Limits.ClientConnections},
	} {
		if f.value < 1 || f.value > maxCount {
			return usage("--%s %d: from 1 to %d", f.name, f.value, maxCount)
		}
		*f.into = f.value
	}
	for _, f := range []struct {
		name  string
		value time.Duration
		into  *time.Duration
	}{
		{"header-timeout", l.headerTimeout, &cfg.Limits.HeaderTimeout}, {"body-timeout", l.bodyTimeout, &cfg.Limits.BodyTimeout},
		{"idle-timeout", l.idleTimeout, &cfg.Limits.IdleTimeout},
	} {
		if f.value < time.Millisecond || f.value > maxTimeout {
			return usage("--%s %s: from 1ms to %s", f.name, f.value, maxTimeout)
		}
		*f.into = f.value
	}
	if l.grace < 0 || l.grace > maxGrace {
		return usage("--grace %s: from 0s to %s", l.grace, maxGrace)
	}
	return nil
}
