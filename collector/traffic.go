package collector

import (
	"strings"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// trafficTag is the tag with which a site marks visits in any format.
const trafficTag = "traffic"

// trafficWords are what SDKs and sites call visits that are not people's:
// Datadog's session.type, OpenTelemetry's user_agent.synthetic.type, and what a
// site may write into the tag.
var trafficWords = map[string]beacon.TrafficClass{
	"bot": beacon.Bots, "bots": beacon.Bots, "crawler": beacon.Bots, "spider": beacon.Bots,
	"synthetic": beacon.Synthetics, "synthetics": beacon.Synthetics, "test": beacon.Synthetics, "ci_test": beacon.Synthetics,
	"monitor": beacon.Synthetics, "monitoring": beacon.Synthetics,
}

func trafficWord(s string) (beacon.TrafficClass, bool) {
	class, ok := trafficWords[strings.ToLower(strings.TrimSpace(s))]
	return class, ok
}

// trafficOf returns whose visit a beacon is: what the page says, else what its
// user agent says. A page cannot make a bot a person.
func trafficOf(raw *wire.Beacon, agent beacon.TrafficClass) beacon.TrafficClass {
	if class, ok := trafficWord(raw.Traffic); ok {
		return class
	}
	for _, t := range raw.Tags {
		if isTrafficTag(t) {
			class, _ := trafficWord(t.Value)
			return class
		}
	}
	return agent
}

// isTrafficTag reports whether a tag says whose visit it is. Such a tag is not
// kept: the dimension says the same.
func isTrafficTag(t wire.Tag) bool {
	if !strings.EqualFold(t.Key, trafficTag) {
		return false
	}
	_, ok := trafficWord(t.Value)
	return ok
}
