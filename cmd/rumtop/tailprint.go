package main

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/plain"
)

// tailBeacon is one line of rumtop tail: the fields of the HTTP beacon, scrubbed,
// with the hashes of the client's identifiers.
type tailBeacon struct {
	Received       string             `json:"received"`
	Site           string             `json:"site"`
	Region         string             `json:"region,omitempty"`
	ID             string             `json:"id,omitempty"`
	Time           int64              `json:"time,omitempty"`
	Release        string             `json:"release,omitempty"`
	Environment    string             `json:"environment,omitempty"`
	Page           string             `json:"page,omitempty"`
	View           string             `json:"view,omitempty"`
	Session        string             `json:"session,omitempty"`
	User           string             `json:"user,omitempty"`
	Navigation     bool               `json:"navigation,omitempty"`
	SampleRate     float64            `json:"sample_rate,omitempty"`
	Sampled        *bool              `json:"sampled,omitempty"` // only when false
	Device         string             `json:"device,omitempty"`
	Browser        string             `json:"browser,omitempty"`
	BrowserVersion string             `json:"browser_version,omitempty"`
	OS             string             `json:"os,omitempty"`
	Country        string             `json:"country,omitempty"`
	Connection     string             `json:"connection,omitempty"`
	SDK            string             `json:"sdk,omitempty"`
	Traffic        string             `json:"traffic,omitempty"` // only if not people
	Tags           map[string]string  `json:"tags,omitempty"`
	Metrics        map[string]float64 `json:"metrics,omitempty"`
	Errors         []tailError        `json:"errors,omitempty"`
	Requests       []tailRequest      `json:"requests,omitempty"`
	Events         []tailEvent        `json:"events,omitempty"`
	Trace          string             `json:"trace,omitempty"`
}

type tailError struct {
	Type    string `json:"type,omitempty"`
	Message string `json:"message,omitempty"`
	Stack   string `json:"stack,omitempty"`
	Handled bool   `json:"handled"`
}

type tailRequest struct {
	URL      string  `json:"url,omitempty"`
	Method   string  `json:"method,omitempty"`
	Status   int     `json:"status"`
	Duration float64 `json:"duration"`
	Trace    string  `json:"trace,omitempty"`
}

type tailEvent struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// tailStringLimit is the longest string of a line, in bytes: a rogue publisher may
// have bypassed the collector's limits.
const tailStringLimit = 16 << 10

func tailLine(b *beacon.Beacon) tailBeacon {
	clean := func(s string) string { return plain.Text(s, tailStringLimit) }
	out := tailBeacon{
		Received: time.UnixMilli(b.Received).UTC().Format("2006-01-02T15:04:05.000Z"),
		Site:     b.Site, Region: clean(b.Dims[beacon.Region]),
		ID: hexID(b.ID), Time: b.Time,
		Release: clean(b.Dims[beacon.Release]), Environment: clean(b.Dims[beacon.Environment]), Page: clean(b.Dims[beacon.Page]),
		View: hexID(b.View), Session: hexID(b.Session), User: hexID(b.User),
		Navigation: b.Navigation,
		Device:     clean(b.Dims[beacon.Device]), Browser: clean(b.Dims[beacon.Browser]), BrowserVersion: clean(b.Dims[beacon.BrowserVersion]),
		OS: clean(b.Dims[beacon.OS]), Country: clean(b.Dims[beacon.Country]), Connection: clean(b.Dims[beacon.Connection]), SDK: clean(b.Dims[beacon.SDK]),
		Trace: clean(b.Trace),
	}
	if class := beacon.TrafficOf(b.Dims[beacon.Traffic], b.Dims[beacon.Device]); class != beacon.People {
		out.Traffic = class.String()
	}
	if b.SampleRate < 1 {
		out.SampleRate = b.SampleRate
	}
	if b.Unsampled {
		sampled := false
		out.Sampled = &sampled
	}
	if len(b.Tags) > 0 {
		out.Tags = map[string]string{}
		for _, t := range b.Tags {
			out.Tags[clean(t.Key)] = clean(t.Value)
		}
	}
	if len(b.Metrics) > 0 {
		out.Metrics = map[string]float64{}
		for _, m := range b.Metrics {
			out.Metrics[clean(m.Name)] = m.Value
		}
	}
	for _, e := range b.Errors {
		out.Errors = append(out.Errors, tailError{clean(e.Type), clean(e.Message), clean(e.Stack), e.Handled})
	}
	for _, r := range b.Requests {
		out.Requests = append(out.Requests, tailRequest{clean(r.URL), clean(r.Method), r.Status, r.Duration, clean(r.Trace)})
	}
	for _, e := range b.Events {
		out.Events = append(out.Events, tailEvent{clean(e.Name), e.Value})
	}
	return out
}

func hexID(id beacon.ID) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", uint64(id))
}
