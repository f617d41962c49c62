package snapshot

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/measure"
)

// Histogram is the distribution of a metric in the window on screen, for HDR
// libraries. It can be computed from the tables, too.
type Histogram struct {
	Segment string `json:"segment"` // "": the total
	Metric  string `json:"metric"`
	N       int    `json:"n"`
	// Unit is what 1 in the histogram stands for: HDR histograms hold integers.
	Unit float64 `json:"unit"` // milliseconds; CLS has no unit
	HDR  string  `json:"hdr"`  // V2, compressed, base64
}

const (
	unitMS    = 0.1
	unitScore = 0.0001
	// maxHDR is the largest value that agg resolves, in tenths of a
	// millisecond.
	maxHDR    = 10 << 28
	hdrDigits = 3
)

func histogramsOf(distributions []agg.Distribution) ([]Histogram, error) {
	out := make([]Histogram, 0, len(distributions))
	for _, d := range distributions {
		h := Histogram{Segment: d.Segment, Metric: d.Metric, Unit: unitMS}
		if i := beacon.VitalIndex(d.Metric); i >= 0 && measure.Vitals[i].Unit == measure.Score {
			h.Unit = unitScore
		}
		hdr := hdrhistogram.New(1, maxHDR, hdrDigits)
		for _, b := range d.Buckets {
			v := min(int64(math.Round(b.Value/h.Unit)), maxHDR)
			if err := hdr.RecordValues(v, int64(b.Count)); err != nil {
				return nil, fmt.Errorf("histogram of %s: %w", d.Metric, err)
			}
			h.N += b.Count
		}
		encoded, err := hdr.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return nil, fmt.Errorf("histogram of %s: %w", d.Metric, err)
		}
		h.HDR = string(encoded)
		out = append(out, h)
	}
	return out, nil
}
