package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/frame"
)

// trafficFlag is whose page views count.
type trafficFlag string

func (t *trafficFlag) register(fs *pflag.FlagSet) {
	*t = trafficFlag(frame.TrafficChoices()[0])
	fs.Var(t, "traffic", "whose page views count: "+strings.Join(frame.TrafficChoices(), ", "))
}

func (t *trafficFlag) String() string { return string(*t) }
func (t *trafficFlag) Type() string   { return "string" }
func (t *trafficFlag) Set(text string) error {
	if !slices.Contains(frame.TrafficChoices(), text) {
		return fmt.Errorf("%q: unknown traffic: use %s", text, strings.Join(frame.TrafficChoices(), ", "))
	}
	*t = trafficFlag(text)
	return nil
}
