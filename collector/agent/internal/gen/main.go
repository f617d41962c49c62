// Gen writes rum.js from the sources beside it. It runs in the directory of
// package agent, by go generate.
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
