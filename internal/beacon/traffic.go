package beacon

// TrafficClass is who a beacon came from, the value of [Traffic]. People are
// the zero value, which batches leave out.
type TrafficClass uint8

// The classes of traffic.
const (
	People     TrafficClass = iota // people on pages
	Bots                           // crawlers, previews, agents: who reads pages by program
	Synthetics                     // monitors and tests: visits that somebody ordered
	Extensions                     // errors of browser extensions, whoever came
	NumTraffic
)

// BotDevice is the value of [Device] for programs. In batches without a column
// for traffic it is all that tells bots.
const BotDevice = "bot"

var trafficNames = [NumTraffic]string{"people", "bot", "synthetic", "extension"}

// String is the class's value in filters, JSON and snapshots.
func (c TrafficClass) String() string {
	if c < NumTraffic {
		return trafficNames[c]
	}
	return "?"
}

// TrafficByName returns the class of that name.
func TrafficByName(name string) (TrafficClass, bool) {
	for c, n := range trafficNames {
		if n == name {
			return TrafficClass(c), true
		}
	}
	return People, false
}

// TrafficOf returns the class that a beacon's values of [Traffic] and [Device]
// say. What was written before the dimension existed is people, but for bots.
// A name of a later version counts as people: a viewer that does not know it
// must not hide anybody.
func TrafficOf(traffic, device string) TrafficClass {
	if traffic == "" && device == BotDevice {
		return Bots
	}
	c, _ := TrafficByName(traffic)
	return c
}

// DimText returns the beacon's value of a dimension as readers see it: people
// have a name there.
func (b *Beacon) DimText(d Dim) string {
	if d == Traffic {
		return TrafficOf(b.Dims[Traffic], b.Dims[Device]).String()
	}
	return b.Dims[d]
}
