package frame

import "time"

// Burn is how an objective stands at the end of a frame's window.
type Burn struct {
	Name      string  `json:"name"`
	Objective string  `json:"objective"` // as [ParseObjective] reads it
	Target    float64 `json:"target"`
	Good      float64 `json:"good"` // share over the alert's longer window, 0..1
	N         int     `json:"n"`    // what that share rests on, not scaled
	// Rate is how many times faster than its period allows the error budget
	// burns, over the alert's longer window, and Now over the shorter one.
	Rate float64 `json:"burn"`
	Now  float64 `json:"burn_now"`
	// Spent is the share of the budget of BudgetPeriod that the retained history
	// has burned, were all of the period's traffic like it.
	Spent float64 `json:"budget_spent"`
	// Known is false where history does not reach back over the longer window,
	// or holds too little of what the objective is about.
	Known bool `json:"known"`
	// Page says that somebody should be woken: it is not muted, both windows burn faster than the
	// alert allows, and it is no accident of a few values.
	Page bool `json:"page"`
	// Muted says that it would wake nobody now: it is muted, or there is maintenance.
	Muted bool `json:"muted,omitempty"`
}

// BudgetPeriod is what error budgets are reckoned over.
const BudgetPeriod = 30 * 24 * time.Hour
