// Package bundle builds the browser agent's one file from its sources. The
// generator and a test that the file is up to date use it; nothing that is
// shipped imports it.
package bundle

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// banner names the licences of the contents, as they require.
const banner = "/*! rumtop; web-vitals 6.2.3 (c) Google LLC; Apache-2.0 */"

// private matches long property names that only the bundle's own code uses:
// they are not part of pages, browsers or beacons, and may be shortened.
const private = "^(reportAllChanges|reportSoftNavs|navigationInteractionId|navigationURL|navigationStartTime|firstHiddenTime|onHidden|counts|vitals|dropped)$"

// Build bundles and minifies the agent whose Go package is in dir. The result
// depends only on the sources and on the version of esbuild in go.mod.
func Build(dir string) ([]byte, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("bundle the browser agent: %w", err)
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(dir, "src", "rum.js")},
		AbsWorkingDir:     dir,
		Outfile:           "rum.js",
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetASCII,
		LegalComments:     api.LegalCommentsInline,
		Banner:            map[string]string{"js": banner},
		MangleProps:       private,
		TreeShaking:       api.TreeShakingTrue,
		LogLevel:          api.LogLevelSilent,
	})
	var problems []string
	for _, m := range append(result.Errors, result.Warnings...) {
		at := ""
		if m.Location != nil {
			at = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		problems = append(problems, at+m.Text)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("bundle the browser agent: %w", errors.New(strings.Join(problems, "; ")))
	}
	return result.OutputFiles[0].Contents, nil
}
