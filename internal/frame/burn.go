package frame

import "time"

// Burn is the state of an objective at the end of a frame's window.
type Burn struct {
	Name      string  `json:"name"`
	Objective string  `json:"objective"` // in the grammar of --objective
	Target    float64 `json:"target"`
	Good      float64 `json:"good"` // share over the alert's long window, 0..1
	N         int     `json:"n"`    // what that share is of, not scaled
	// Rate is the burn rate over the alert's long window, Now over the short one:
	// how many times faster the error budget is spent than its period allows.
	Rate float64 `json:"burn"`
	Now  float64 `json:"burn_now"`
	// Spent is the share of the budget of BudgetPeriod that the retained history
	// has spent, if all of the period's traffic is like it.
	Spent float64 `json:"budget_spent"`
	// Known is false if history does not reach back over the long window, or
	// holds too little of what the objective is about.
	Known bool `json:"known"`
	// Page means that the objective is in breach: it is not muted, both windows
	// exceed the alert's burn rate, and a few values alone cannot explain it.
	Page bool `json:"page"`
	// Muted means that it cannot be in breach now: it is muted, or there is
	// maintenance.
	Muted bool `json:"muted,omitempty"`
}

// BudgetPeriod is the time that an error budget is for.
const BudgetPeriod = 30 * 24 * time.Hour
