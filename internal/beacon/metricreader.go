package beacon

import "slices"

func (r *reader) metrics() {
	b := r.b
	sizes, total := r.sizes(fieldMetricSetSize, maxPerBeacon)
	b.setNames = column(r, fieldMetricName, b.setNames, total, uint32(len(b.Strings)-1))
	b.column = column(r, fieldMetricSet, b.column, b.Len(), uint32(len(sizes)))
	b.setEnds = append(b.setEnds[:0], 0)
	end := uint32(0)
	for _, size := range sizes {
		end += size
		b.setEnds = append(b.setEnds, end)
	}
	total = 0
	for _, set := range b.column {
		if set > 0 {
			total += int(sizes[set-1])
		}
	}
	if total > maxEntries {
		r.fail(fieldMetricSet, ErrTooLarge)
		return
	}
	b.MetricRow, b.MetricName = slices.Grow(b.MetricRow, total), slices.Grow(b.MetricName, total)
	for row, set := range b.column {
		if set == 0 {
			continue
		}
		names := b.setNames[b.setEnds[set-1]:b.setEnds[set]]
		b.MetricName = append(b.MetricName, names...)
		for range names {
			b.MetricRow = append(b.MetricRow, uint32(row))
		}
	}
	b.MetricValue = r.measurements(fieldMetricValue, b.MetricValue, len(b.MetricRow))
	for _, v := range b.MetricValue {
		if !isMeasurement(v) {
			b.dropMetrics()
			return
		}
	}
}

// dropMetrics drops metrics with an invalid value.
func (b *Batch) dropMetrics() {
	kept := 0
	for i, v := range b.MetricValue {
		if isMeasurement(v) {
			b.MetricRow[kept], b.MetricName[kept], b.MetricValue[kept] = b.MetricRow[i], b.MetricName[i], v
			kept++
		}
	}
	b.Rejected += len(b.MetricValue) - kept
	b.MetricRow, b.MetricName, b.MetricValue = b.MetricRow[:kept], b.MetricName[:kept], b.MetricValue[:kept]
}
