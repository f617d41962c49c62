package ui

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
)

// dampShare is how far a number may change before the screen shows it.
// Percentiles are no more exact than that, and counts under 100 are not damped.
const dampShare = 0.01

// damp returns a frame in which numbers that changed by less than [dampShare]
// keep the value of the frame before, so that they repaint no line. Frames of
// another query, or more than 5 s apart, are returned as they are.
func damp(before, f *frame.Frame) *frame.Frame {
	if before == nil || before.By != f.By || before.Filter != f.Filter || before.WindowS != f.WindowS || before.Site != f.Site ||
		math.Abs(f.At.Sub(before.At).Seconds()) > 5 || f.Health.Loading < 1 {
		return f
	}
	out := *f
	rows := make(map[string]*frame.Row, len(before.Segments))
	for i := range before.Segments {
		rows[before.Segments[i].Key] = &before.Segments[i]
	}
	out.Segments = append([]frame.Row(nil), f.Segments...)
	for i := range out.Segments {
		if was := rows[out.Segments[i].Key]; was != nil {
			dampRow(was, &out.Segments[i])
		}
	}
	dampRow(&before.Total, &out.Total)
	out.Errors = dampErrors(before.Errors, f.Errors)
	hold(before.Health.PerS, &out.Health.PerS)
	return &out
}

func dampRow(was, r *frame.Row) {
	hold(was.Views, &r.Views)
	hold(was.ErrorRate, &r.ErrorRate)
	hold(was.Burn, &r.Burn)
	holdInt(was.Users, &r.Users)
	holdInt(was.Affected, &r.Affected)
	hold(was.Requests, &r.Requests)
	hold(was.FailedRequests, &r.FailedRequests)
	for i := range 5 {
		was, now := was.Vital(i), r.Vital(i)
		hold(was.P75, &now.P75)
		hold(was.P95, &now.P95)
	}
	holdDelta(was.Delta.ErrorRate, &r.Delta.ErrorRate)
	holdDelta(was.Delta.LCP, &r.Delta.LCP)
	holdDelta(was.Delta.INP, &r.Delta.INP)
	holdDelta(was.Delta.CLS, &r.Delta.CLS)
	if was.Baseline != nil && r.Baseline != nil {
		b := *r.Baseline
		hold(was.Baseline.ErrorRate, &b.ErrorRate)
		r.Baseline = &b
	}
}

func dampErrors(before, now []frame.ErrorGroup) []frame.ErrorGroup {
	out := append([]frame.ErrorGroup(nil), now...)
	for i := range out {
		for j := range before {
			if before[j].Fingerprint == out[i].Fingerprint {
				hold(before[j].Count, &out[i].Count)
				hold(before[j].Before, &out[i].Before)
				holdInt(before[j].Users, &out[i].Users)
			}
		}
	}
	return out
}

// hold keeps the old value if it is close enough.
func hold[T ~float64](was T, now *T) {
	if math.Abs(float64(*now-was)) <= dampShare*math.Abs(float64(*now)) {
		*now = was
	}
}

func holdInt(was int, now *int) {
	if math.Abs(float64(*now-was)) <= dampShare*float64(*now) {
		*now = was
	}
}

func holdDelta(was frame.Delta, now *frame.Delta) {
	if was.Sign == now.Sign && was.Known == now.Known {
		hold(was.Diff, &now.Diff)
	}
}
