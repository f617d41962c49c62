package demo

const (
	euWest = iota
	euCentral
	usEast
	usWest
	apSouth
	numRegions
)

// region is the location of an edge, and its users' networks.
type region struct {
	name     string
	share    float64 // of the users
	rtt      float64 // median round trip to the edge, ms
	origin   float64 // median from the edge to the shop and back, ms
	language string
	net      float64 // transfer time relative to eu-west
}

var regions = [numRegions]region{
	euWest:    {"eu-west", 0.33, 26, 40, "en-GB,en;q=0.9", 1.00},
	euCentral: {"eu-central", 0.27, 24, 30, "de-DE,de;q=0.9,en;q=0.6", 0.95},
	usEast:    {"us-east", 0.19, 32, 110, "en-US,en;q=0.9", 1.05},
	usWest:    {"us-west", 0.10, 36, 160, "en-US,en;q=0.9", 1.10},
	apSouth:   {"ap-south", 0.11, 70, 190, "en-IN,en;q=0.9,hi;q=0.7", 1.45},
}

func regionShares() []float64 {
	shares := make([]float64, numRegions)
	for i, r := range regions {
		shares[i] = r.share
	}
	return shares
}
