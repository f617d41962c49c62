package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/rumtop/rumtop/internal/plain"
)

// CSV writes one table: a line for each phase of each segment, and for each
// phase of all traffic, with empty dimension and key. Hidden values are "<5" or
// "withheld", missing ones empty. An apostrophe precedes text that a
// spreadsheet would run as a formula.
func CSV(w io.Writer, r *Report) error {
	out := csv.NewWriter(w)
	columns := []string{"phase", "from", "to", "dimension", "key", "users", "affected_users", "views", "errors", "errored_views", "error_rate", "requests", "failed_requests"}
	changes := []string{"error_rate_change"}
	for _, v := range vitals {
		name := v.measure().Name
		columns = append(columns, name+"_n", name+"_p50", name+"_p75", name+"_p95")
		changes = append(changes, name+"_change")
	}
	_ = out.Write(append(columns, changes...)) // out.Error returns it
	line := func(p *Phase, by, key string, row *Row) {
		cells := []string{p.Name, timeFlag(p.From), timeFlag(p.To), plain.Cell(by), plain.Cell(key)}
		for _, f := range [...]Figure{row.Users, row.Affected, row.Views, row.Errors, row.ErroredViews, row.ErrorRate, row.Requests, row.FailedRequests} {
			cells = append(cells, cell(f))
		}
		signs := []string{signCell(row.Change.ErrorRate)}
		for _, v := range vitals {
			t := v.tail(row)
			cells = append(cells, cell(t.N), cell(t.P50), cell(t.P75), cell(t.P95))
			signs = append(signs, signCell(*v.change(&row.Change)))
		}
		_ = out.Write(append(cells, signs...))
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

// signCell is 1, 0 or -1, empty if unknown.
func signCell(sign *int) string {
	if sign == nil {
		return ""
	}
	return strconv.Itoa(*sign)
}

func cell(f Figure) string {
	switch f.State {
	case StateShown:
		return strconv.FormatFloat(f.Value, 'f', -1, 64)
	case StateNone:
		return ""
	default:
		return f.format(nil)
	}
}
