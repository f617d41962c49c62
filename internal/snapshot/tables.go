package snapshot

import "github.com/rumtop/rumtop/internal/beacon"

// The tables of a snapshot, a Parquet file each. Their columns are a public
// surface: see docs/snapshots.md. Numbers of beacons, views, visitors and kinds
// of errors count from 1 in order of appearance and mean nothing outside the
// file; 0 is none.

type beaconRow struct {
	Beacon   int32  `parquet:"beacon,delta"`
	Received int64  `parquet:"received,delta,timestamp(millisecond)"`
	View     int32  `parquet:"view,delta"`
	Visitor  *int32 `parquet:"visitor,optional"` // nil: its view's

	Region         string `parquet:"region,dict"`
	Release        string `parquet:"release,dict"`
	Environment    string `parquet:"environment,dict"`
	Page           string `parquet:"page,dict"`
	Device         string `parquet:"device,dict"`
	Browser        string `parquet:"browser,dict"`
	BrowserVersion string `parquet:"browser_version,dict"`
	OS             string `parquet:"os,dict"`
	Country        string `parquet:"country,dict"`
	Connection     string `parquet:"connection,dict"`
	SDK            string `parquet:"sdk,dict"`
	Tags           string `parquet:"tags,dict,json"`

	Navigation bool    `parquet:"navigation"`
	Unsampled  bool    `parquet:"unsampled"`
	SampleRate float32 `parquet:"sample_rate,dict"`
	SkewMS     *int32  `parquet:"skew_ms,optional,dict"`

	LCP  *float32 `parquet:"lcp,optional,dict"`
	INP  *float32 `parquet:"inp,optional,dict"`
	CLS  *float32 `parquet:"cls,optional,dict"`
	FCP  *float32 `parquet:"fcp,optional,dict"`
	TTFB *float32 `parquet:"ttfb,optional,dict"`

	Trace *string `parquet:"trace,optional"`
}

// dims are the row's dimensions in the order of beacon.Dim.
func (r *beaconRow) dims() [beacon.NumDims]*string {
	return [...]*string{&r.Region, &r.Release, &r.Environment, &r.Page, &r.Device, &r.Browser,
		&r.BrowserVersion, &r.OS, &r.Country, &r.Connection, &r.SDK}
}

// vitals are the row's metrics in the order of beacon.Vitals.
func (r *beaconRow) vitals() [len(beacon.Vitals)]**float32 {
	return [...]**float32{&r.LCP, &r.INP, &r.CLS, &r.FCP, &r.TTFB}
}

type viewRow struct {
	View    int32  `parquet:"view,delta"`
	Visitor int32  `parquet:"visitor,delta"` // of its first beacon
	Hash    uint64 `parquet:"hash"`
}

type visitorRow struct {
	Visitor int32  `parquet:"visitor,delta"`
	User    uint64 `parquet:"user_hash"`
	Session uint64 `parquet:"session_hash"`
}

type errorRow struct {
	Beacon int32 `parquet:"beacon,delta"`
	Kind   int32 `parquet:"kind,dict"`
}

type errorKindRow struct {
	Kind        int32  `parquet:"kind,delta"`
	Fingerprint string `parquet:"fingerprint"`
	Type        string `parquet:"type"`
	Message     string `parquet:"message"`
	Stack       string `parquet:"stack"`
	Handled     bool   `parquet:"handled"`
}

type requestRow struct {
	Beacon   int32   `parquet:"beacon,delta"`
	URL      string  `parquet:"url,dict"`
	Method   string  `parquet:"method,dict"`
	Status   int32   `parquet:"status,dict"`
	Duration float32 `parquet:"duration_ms,dict"`
	Trace    *string `parquet:"trace,optional"`
}

type namedRow struct {
	Beacon int32   `parquet:"beacon,delta"`
	Name   string  `parquet:"name,dict"`
	Value  float32 `parquet:"value,dict"`
}
