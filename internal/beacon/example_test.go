package beacon_test

import (
	"fmt"

	"github.com/rumtop/rumtop/internal/beacon"
)

// A collector appends beacons to a batch and encodes it; a viewer decodes it.
func ExampleBatch() {
	load := beacon.Beacon{
		Received: 1763647652123, View: 1, Session: 2, Navigation: true,
		Metrics: []beacon.Metric{{Name: beacon.LCP, Value: 2412.5}, {Name: beacon.CLS, Value: 0.04}},
	}
	load.Dims[beacon.Region], load.Dims[beacon.Page] = "eu-west", "/cart"
	failure := beacon.Beacon{
		Received: 1763647652130, View: 1, Session: 2, Dims: load.Dims,
		Errors: []beacon.Error{{Type: "TypeError", Message: "x is null"}},
	}

	var sent, received beacon.Batch
	sent.Append(&load)
	sent.Append(&failure)
	payload, err := sent.Encode(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := beacon.Decode(payload, &received); err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range received.Beacons() {
		fmt.Println(b.Dims[beacon.Region], b.Dims[beacon.Page], b.Metrics, b.Errors)
	}
	// Output:
	// eu-west /cart [{lcp 2412.5} {cls 0.03999999910593033}] []
	// eu-west /cart [] [{TypeError x is null  false}]
}

// A beacon counts 1 / SampleRate times.
func ExampleBeacon_Weight() {
	b := beacon.Beacon{SampleRate: 0.25}
	fmt.Println(b.Weight())
	// Output: 4
}

// All beacons of a session have one shard, so a shard is a sample of the
// sessions.
func ExampleSubject() {
	b := beacon.Beacon{Session: 0x1112131415161718, User: 2, View: 3}
	subject := beacon.Subject("shop", "eu-west", b.Shard())
	fmt.Println(subject)
	site, region, shard, ok := beacon.ParseSubject(subject)
	fmt.Println(site, region, shard, ok)
	// Output:
	// rum.v1.shop.eu-west.08
	// shop eu-west 8 true
}

// The table of dimensions says which ones can fall silent.
func ExampleDimsWith() {
	fmt.Println(beacon.DimsWith(func(d *beacon.Dimension) bool { return d.Expected }))
	// Output: [region page device browser browser_version os country sdk]
}

// Any NATS client can publish a marker on the site's annotations subject.
func ExampleMarker_Encode() {
	data, err := beacon.Marker{Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1", By: "ci"}.Encode()
	fmt.Println(beacon.AnnotationSubject("shop"), string(data), err)
	// Output: rum.v1.shop.annotations {"time":0,"kind":"deploy","text":"deploy 2.4.1","by":"ci"} <nil>
}
