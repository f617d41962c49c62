package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/internal/plain"
)

// scrubLineLimit is the longest line that scrub reads: longer than a request that
// the collector accepts.
const scrubLineLimit = 1 << 20

func (p *program) scrubCommand() *cobra.Command {
	var as string
	var ndjson bool
	cmd := &cobra.Command{
		Use:   "scrub",
		Short: "Show what the scrubber keeps and removes",
		Long: `Reads text from standard input and prints what the collector would keep of it.
Counts what it removes on standard error, by kind.

For beacons, as pages send them to /v1/beacons, it lists each field: what is
kept of it, and why.

With --ndjson each input line is a JSON string and each output line an object:
{"text": "…", "redactions": {"email": 1}}.`,
		Example: `  echo 'login failed for jane@example.com' | rumtop scrub
  pbpaste | rumtop scrub --as stack
  rumtop scrub < beacon.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"message", "stack", "url", "tag", "beacon"}, as) {
				p.started = false
				return usage("--as %q: unknown: use message, stack, url, tag or beacon", as)
			}
			if ndjson && as == "beacon" {
				p.started = false
				return usage("--ndjson with --as beacon: remove --ndjson")
			}
			defer exitOnSignal(cmd.Context())()
			s, err := scrub.New(scrub.Config{})
			if err != nil {
				return err
			}
			if ndjson {
				return scrubLines(p.stdin, p.stdout, s, as)
			}
			in := bufio.NewReaderSize(p.stdin, scrubLineLimit)
			if as != "beacon" && cmd.Flags().Changed("as") {
				return scrubText(in, p.stdout, p.stderr, s, as)
			}
			if as == "message" && !startsJSON(in) {
				return scrubText(in, p.stdout, p.stderr, s, as)
			}
			text, err := in.Peek(scrubLineLimit)
			switch {
			case err == nil && as == "beacon":
				return fmt.Errorf("more than %d bytes of beacons: split them", scrubLineLimit)
			case err != nil && !errors.Is(err, io.EOF):
				return fmt.Errorf("read standard input: %w", err)
			case as == "beacon", errors.Is(err, io.EOF) && hasBeacons(text):
				return scrubBeacons(text, p.stdout, p.stderr, s)
			}
			return scrubText(in, p.stdout, p.stderr, s, as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "message", "kind of text: message, stack, url, tag, beacon")
	cmd.Flags().BoolVar(&ndjson, "ndjson", false, "read JSON strings, write JSON objects, one per line")
	return cmd
}

// startsJSON reports whether the input may be beacons, without waiting for all of
// it.
func startsJSON(in *bufio.Reader) bool {
	first, err := in.Peek(1)
	return err == nil && (first[0] == '{' || first[0] == '[')
}

// scrubText scrubs a stack as one text, everything else line by line.
func scrubText(in io.Reader, out, report io.Writer, s *scrub.Scrubber, as string) error {
	total := map[string]int{}
	keep := func(text string) error {
		r, err := s.Explain(as, text)
		if err != nil {
			return err
		}
		for kind, n := range r.Redactions {
			total[kind] += n
		}
		_, err = fmt.Fprintln(out, plain.Text(r.Text, 0))
		return err
	}
	if as == "stack" {
		text, err := io.ReadAll(io.LimitReader(in, scrubLineLimit))
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
		if err := keep(strings.TrimRight(string(text), "\n")); err != nil {
			return err
		}
	} else {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, scrubLineLimit)
		for lines.Scan() {
			if err := keep(lines.Text()); err != nil {
				return err
			}
		}
		if err := lines.Err(); err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
	_, err := fmt.Fprintf(report, "removed: %s\n", kindsLine(total))
	return err
}

func scrubLines(in io.Reader, out io.Writer, s *scrub.Scrubber, as string) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, scrubLineLimit)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			return fmt.Errorf("line %d: not a JSON string: with --ndjson each line is one, in quotes", n)
		}
		r, err := s.Explain(as, text)
		if err != nil {
			return err
		}
		if r.Redactions == nil {
			r.Redactions = map[string]int{}
		}
		if err := enc.Encode(struct {
			Text       string         `json:"text"`
			Redactions map[string]int `json:"redactions"`
		}{r.Text, r.Redactions}); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	return nil
}
