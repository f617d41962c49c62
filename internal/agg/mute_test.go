package agg

import (
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

func TestMutedErrorsIgnored(t *testing.T) {
	var rules []*filter.Term
	for _, pattern := range []string{"Error: ResizeObserver loop *", "Script error."} {
		rule, err := NewMute(pattern)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, rule)
	}
	a := New(Config{MutedErrors: rules})
	send := func(view int, errors ...beacon.Error) {
		add(a, epoch, beacon.Beacon{ID: beacon.ID(view), Received: epoch.UnixMilli(), Navigation: true, View: beacon.ID(view), User: beacon.ID(view), Errors: errors})
	}
	send(1, beacon.Error{Type: "Error", Message: "ResizeObserver loop completed with undelivered notifications."})
	send(2, beacon.Error{Message: "Script error."}, beacon.Error{Type: "TypeError", Message: "x is undefined", Stack: "at f", Handled: true})
	send(3, beacon.Error{Type: "Error", Message: "Script error."})
	send(4)
	f := a.Frame(frame.Query{By: "region"}, SourceStatus{}, epoch.Add(time.Second))
	if f.Total.Views != 4 || f.Total.Errors != 2 || f.Total.ErroredViews != 2 || f.Total.Affected != 2 || f.Health.MutedErrors != 2 {
		t.Errorf("%+v, muted %d", f.Total, f.Health.MutedErrors)
	}
	if len(f.Errors) != 2 {
		t.Errorf("%+v", f.Errors)
	}
}
