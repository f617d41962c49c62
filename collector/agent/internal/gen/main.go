// Gen writes rum.js from its sources. go generate runs it in the directory of
// package agent.
package main

import (
	"fmt"
	"os"

	"github.com/rumtop/rumtop/collector/agent/internal/bundle"
)

func main() {
	script, err := bundle.Build(".")
	if err == nil {
		err = os.WriteFile("rum.js", script, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
