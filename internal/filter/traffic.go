package filter

import "github.com/rumtop/rumtop/internal/beacon"

// NamesTraffic reports whether the expression says itself whose page views it
// is about: it has a term on traffic, or asks for the device bot. Terms that
// bots pass among others, such as device!=mobile or device=*, do not ask for them.
func (e Expr) NamesTraffic() bool { return namesTraffic(e.Root, false) }

func namesTraffic(n Node, negated bool) bool {
	switch n := n.(type) {
	case And:
		return anyNamesTraffic(n, negated)
	case Or:
		return anyNamesTraffic(n, negated)
	case Not:
		return namesTraffic(n.Node, !negated)
	case *Term:
		return n.Kind == KindDim && (n.Name == beacon.Traffic.String() || n.Name == beacon.Device.String() && n.asksForBots(negated))
	}
	return false
}

func anyNamesTraffic(nodes []Node, negated bool) bool {
	for _, n := range nodes {
		if namesTraffic(n, negated) {
			return true
		}
	}
	return false
}

// noDevice stands for any value of device in the question whether a term lets
// all of them pass.
const noDevice = "x"

// asksForBots reports whether a term on the device, perhaps below a not, picks
// bots rather than letting them pass among others.
func (t *Term) asksForBots(negated bool) bool {
	return t.Negative() == negated && t.Finds(beacon.BotDevice) && !t.Finds(noDevice)
}
