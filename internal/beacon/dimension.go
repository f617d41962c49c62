package beacon

import (
	"cmp"
	"slices"
)

// Dim is a fixed dimension of a beacon: a named field to filter and to group
// by that every beacon may carry. Custom dimensions are tags.
type Dim uint8

// The fixed dimensions. Append new ones before NumDims, with a row in
// [Dimensions]: their order is that of columns in snapshots and of lists.
const (
	Region         Dim = iota // set by the collector, never by the client
	Release                   // the page's name for its release
	Environment               // production, staging, …
	Page                      // route or templated path: /users/:id/orders
	Device                    // mobile, tablet, desktop, bot, other
	Browser                   // family: Safari
	BrowserVersion            // family and major version: Safari 19
	OS                        // family: iOS
	Country                   // ISO 3166-1 alpha-2, if the edge knows it
	Connection                // effective connection type: 4g
	SDK                       // what sent it: rum.js, faro, web-vitals, beacons
	Traffic                   // who came: see [TrafficOf]; "" in batches is people
	NumDims
)

// Dimension is what the codec, findings, screens and reports know about a
// fixed dimension. A place in an order is unique and counts from 1.
type Dimension struct {
	// Name is its name in flags, filters and JSON, and of its columns in
	// batches and snapshots.
	Name string

	// Field is the number of its column in a batch. See docs/beacon.proto for
	// those in use; a number is never used for another meaning.
	Field int

	// Watched means that findings look for values that got worse.
	Watched bool

	// Expected means that each value has an expected volume, so that it can
	// fall silent. Releases do not: they come and go by design.
	Expected bool

	// Drill is its place in the order in which the screen drills down, the
	// dimension that usually narrows an incident down first; 0: never.
	Drill int

	// Explain is its place among the fields that explain a difference: of two
	// that explain it equally well, the first one is named. Tags are at
	// [ExplainTags].
	Explain int

	// Recent means that snapshots of earlier versions have no column for it.
	Recent bool

	// Reported means that a report breaks an incident down by it unless its
	// flags say otherwise.
	Reported bool
}

// ExplainTags is the place of all tags in the order of [Dimension.Explain].
const ExplainTags = 3

// Dimensions is the table of the fixed dimensions. Nothing changes it.
var Dimensions = [NumDims]Dimension{
	Region:         {Name: "region", Field: 16, Watched: true, Expected: true, Drill: 1, Explain: 2, Reported: true},
	Release:        {Name: "release", Field: 17, Watched: true, Drill: 2, Explain: 1, Reported: true},
	Environment:    {Name: "environment", Field: 18, Explain: 10},
	Page:           {Name: "page", Field: 19, Watched: true, Expected: true, Drill: 3, Explain: 12, Reported: true},
	Device:         {Name: "device", Field: 20, Watched: true, Expected: true, Drill: 5, Explain: 5, Reported: true},
	Browser:        {Name: "browser", Field: 21, Watched: true, Expected: true, Drill: 4, Explain: 4, Reported: true},
	BrowserVersion: {Name: "browser_version", Field: 22, Watched: true, Expected: true, Drill: 7, Explain: 7},
	OS:             {Name: "os", Field: 23, Watched: true, Expected: true, Drill: 6, Explain: 6},
	Country:        {Name: "country", Field: 24, Watched: true, Expected: true, Drill: 8, Explain: 8},
	Connection:     {Name: "connection", Field: 25, Watched: true, Drill: 9, Explain: 9},
	SDK:            {Name: "sdk", Field: 26, Expected: true, Explain: 11},
	Traffic:        {Name: "traffic", Field: 27, Explain: 13, Recent: true},
}

// String is the dimension's name in flags, filters and JSON.
func (d Dim) String() string {
	if d < NumDims {
		return Dimensions[d].Name
	}
	return "?"
}

// DimByName returns the fixed dimension of that name.
func DimByName(name string) (Dim, bool) {
	for i := range Dimensions {
		if Dimensions[i].Name == name {
			return Dim(i), true
		}
	}
	return 0, false
}

// DimNames returns the names of all fixed dimensions, in their order.
func DimNames() []string {
	names := make([]string, NumDims)
	for d := range Dimensions {
		names[d] = Dimensions[d].Name
	}
	return names
}

// DimsWith returns the dimensions for which has is true, in their order.
func DimsWith(has func(*Dimension) bool) []Dim {
	var dims []Dim
	for d := range Dimensions {
		if has(&Dimensions[d]) {
			dims = append(dims, Dim(d))
		}
	}
	return dims
}

// DimsBy returns the dimensions that have a place in an order, which is one
// of the table's: [Dimension.Drill] or [Dimension.Explain].
func DimsBy(place func(*Dimension) int) []Dim {
	dims := DimsWith(func(d *Dimension) bool { return place(d) > 0 })
	slices.SortFunc(dims, func(x, y Dim) int {
		return cmp.Compare(place(&Dimensions[x]), place(&Dimensions[y]))
	})
	return dims
}
