package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// CSV writes one table: a line for each phase of each segment, and for each phase
// of all traffic, with empty dimension and key. Hidden values are "<5" or
// "withheld", missing ones empty. An apostrophe precedes text that a spreadsheet
// would run as a formula.
func CSV(w io.Writer, r *Report) error {
	out := csv.NewWriter(w)
	columns := []string{"phase", "from", "to", "dimension", "key", "users", "affected_users", "views", "errors", "errored_views", "error_rate", "requests", "failed_requests"}
	for _, id := range vitals {
		v := measure.All[id].Name
		columns = append(columns, v+"_n", v+"_p50", v+"_p75", v+"_p95")
	}
	_ = out.Write(append(columns, "error_rate_change", "lcp_change", "inp_change", "cls_change")) // out.Error returns it
	line := func(p *Phase, by, key string, row *Row) {
		cells := []string{p.Name, stamp(p.From), stamp(p.To), plain.Cell(by), plain.Cell(key)}
		for _, f := range [...]Figure{row.Users, row.Affected, row.Views, row.Errors, row.ErroredViews, row.ErrorRate, row.Requests, row.FailedRequests} {
			cells = append(cells, cell(f))
		}
		for _, t := range row.tails() {
			cells = append(cells, cell(t.N), cell(t.P50), cell(t.P75), cell(t.P95))
		}
		for _, sign := range [...]*int{row.Change.ErrorRate, row.Change.LCP, row.Change.INP, row.Change.CLS} {
			if sign == nil {
				cells = append(cells, "")
			} else {
				cells = append(cells, strconv.Itoa(*sign))
			}
		}
		_ = out.Write(cells)
	}
	for i := range r.Phases {
		line(&r.Phases[i], "", "", &r.Phases[i].Total)
	}
	for _, b := range r.Breakdowns {
		for _, s := range b.Segments {
			for i, row := range s.Rows {
				if row != nil {
					line(&r.Phases[i], b.By, s.Key, row)
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

func cell(f Figure) string {
	switch f.State {
	case StateShown:
		return strconv.FormatFloat(f.Value, 'f', -1, 64)
	case StateNone:
		return ""
	}
	return f.show(nil)
}
