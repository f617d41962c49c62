package ui

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/walltime"
)

// verb is a command of the : line.
type verb struct {
	name    string
	wants   string   // its argument in words; "": it has none
	choices []string // values of the argument, where they are known
	do      func(arg string) (action, string)
}

func verbs() []verb {
	just := func(do action) func(string) (action, string) {
		return func(string) (action, string) { return do, "" }
	}
	list := []verb{
		{"by", "a dimension or tag", beacon.DimNames(), func(arg string) (action, string) { return byCommand(arg) }},
		{"window", "a duration such as 15m", nil, windowCommand},
		{"filter", "an expression such as region=eu-*, empty for none", nil, filterCommand},
		{"baseline", "previous, an age such as 1h, or a time such as 13:30", []string{"previous", "1h", "24h"}, baselineCommand},
		{"traffic", "people, bot, synthetic, extension or all", frame.TrafficChoices(), trafficCommand},
		{"measure", "a custom measure such as ttft, empty for none", nil, func(arg string) (action, string) {
			return func(m model) (model, tea.Cmd) { m.query.Measure = arg; return m, nil }, ""
		}},
		{"sort", "a column", []string{"affected", "views", "error_rate", "lcp", "inp", "cls", "users", "key"}, sortCommand},
		{"view", "the name of a saved view", nil, func(arg string) (action, string) { return openView(arg), "" }},
		{"save", "a name for the view", nil, func(arg string) (action, string) { return saveView(arg), "" }},
		{"errors", "", nil, just(openErrors)},
		{"utc", "", nil, just(func(m model) (model, tea.Cmd) { m.loc = time.UTC; return m, nil })},
		{"local", "", nil, just(func(m model) (model, tea.Cmd) { m.loc = time.Local; return m, nil })},
		{"help", "", nil, just(openHelp)},
		{"quit", "", nil, just(func(m model) (model, tea.Cmd) { return m, tea.Quit })},
	}
	for _, p := range new(keyMap).panes() {
		v := verb{p.name, "", nil, just(p.open)}
		if p.name == "differs" {
			v.do = differsCommand
		}
		list = append(list, v)
	}
	return list
}

// command parses a line into an action, or into what was expected instead. A
// prefix stands for the first command that starts with it.
func command(line string) (action, string) {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	arg = strings.TrimSpace(arg)
	if name == "" {
		return func(m model) (model, tea.Cmd) { return m, nil }, ""
	}
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
		if !strings.HasPrefix(v.name, name) {
			continue
		}
		if v.wants != "" && arg == "" && v.name != "filter" && v.name != "measure" {
			return nil, v.name + " needs " + v.wants
		}
		return v.do(arg)
	}
	return nil, "unknown command " + name + ": use " + strings.Join(names, " ")
}

func windowCommand(arg string) (action, string) {
	d, err := time.ParseDuration(arg)
	if err != nil || d < time.Second {
		return nil, "window needs a duration such as 15m"
	}
	return setWindow(d), ""
}

func filterCommand(arg string) (action, string) {
	e, err := filter.Parse(arg)
	if err != nil {
		return nil, err.Error()
	}
	return setFilter(e), ""
}

func trafficCommand(arg string) (action, string) {
	choices := frame.TrafficChoices()
	if !slices.Contains(choices, arg) {
		return nil, "traffic needs one of " + strings.Join(choices, " ")
	}
	return setTraffic(arg), ""
}

func sortCommand(arg string) (action, string) {
	for _, s := range []string{"affected", "views", "error_rate", "lcp", "inp", "cls", "users", "key"} {
		if s == arg {
			return sortBy(s), ""
		}
	}
	return nil, "sort needs one of affected views error_rate lcp inp cls users key"
}

func baselineCommand(arg string) (action, string) {
	if arg == "previous" {
		return setBaseline(frame.BaselineSpec{}), ""
	}
	if d, err := time.ParseDuration(arg); err == nil && d > 0 {
		return setBaseline(frame.BaselineSpec{Ago: d}), ""
	}
	if t, err := time.Parse("15:04", arg); err == nil {
		return setBaselineAt(t.Hour(), t.Minute()), ""
	}
	return nil, "baseline needs previous, an age such as 1h, or a time such as 13:30"
}

func byCommand(arg string) (action, string) {
	if err := frame.CheckBy(arg); err != nil {
		return nil, "by " + err.Error()
	}
	return setBy(arg), ""
}

// setBaselineAt compares with the window that ended when clocks last showed a
// time of day.
func setBaselineAt(hour, minute int) action {
	return func(m model) (model, tea.Cmd) {
		if m.frame == nil {
			return m.notify("no data yet")
		}
		at, err := walltime.Last(m.frame.At.In(m.loc), hour, minute, 0)
		if err != nil {
			return m.notify("baseline " + err.Error())
		}
		m.query.Baseline = frame.BaselineSpec{At: at}
		return m, nil
	}
}

func setBaseline(b frame.BaselineSpec) action {
	return func(m model) (model, tea.Cmd) {
		if m.frame == nil {
			return m.notify("no data yet")
		}
		m.query.Baseline = b
		return m, nil
	}
}

// completeCommand offers names of commands, then values of their argument.
func completeCommand(before string, v vocabulary) (from int, choices []string) {
	name, arg, hasArg := strings.Cut(before, " ")
	var names []string
	for _, c := range verbs() {
		if hasArg && c.name == name {
			choices := c.choices
			if name == "view" || name == "save" {
				choices = v.views
			}
			if name == "by" {
				for _, t := range v.tags {
					choices = append(choices, "tag."+t)
				}
			}
			return len([]rune(name)) + 1, matching(choices, arg)
		}
		text := c.name
		if c.wants != "" {
			text += " "
		}
		names = append(names, text)
	}
	if hasArg {
		return 0, nil
	}
	return 0, matching(names, before)
}
