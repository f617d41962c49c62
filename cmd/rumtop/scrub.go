package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/internal/plain"
)

// scrubLineLimit is the longest line that is read: more than the collector
// takes in a whole request.
const scrubLineLimit = 1 << 20

func (p *program) scrubCommand() *cobra.Command {
	var as string
	var ndjson bool
	cmd := &cobra.Command{
		Use:   "scrub",
		Short: "Show what the collector would keep of a text, and what it takes out",
		Long: `Reads text from standard input and prints what the collector would keep of it.
What was taken out is counted on standard error, by kind.

With --ndjson each input line is a JSON string and each output line an object:
{"text": "…", "redactions": {"email": 1}}.`,
		Example: `  echo 'login failed for jane@example.com' | rumtop scrub
  pbpaste | rumtop scrub --as stack`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"message", "stack", "url", "tag"}, as) {
				p.started = false
				return usage("--as %q: known are message, stack, url, tag", as)
			}
			s, err := scrub.New(scrub.Config{})
			if err != nil {
				return err
			}
			if ndjson {
				return scrubLines(p.stdin, p.stdout, s, as)
			}
			return scrubText(p.stdin, p.stdout, p.stderr, s, as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "message", "what the text is: message, stack, url, tag")
	cmd.Flags().BoolVar(&ndjson, "ndjson", false, "JSON strings in, JSON objects out, one a line")
	return cmd
}

// scrubText treats a stack as one text, everything else line by line.
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
			return fmt.Errorf("reading standard input: %w", err)
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
			return fmt.Errorf("reading standard input: %w", err)
		}
	}
	kinds := make([]string, 0, len(total))
	for kind, n := range total {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
	}
	slices.Sort(kinds)
	if len(kinds) == 0 {
		kinds = []string{"nothing"}
	}
	_, err := fmt.Fprintf(report, "taken out: %s\n", strings.Join(kinds, ", "))
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
			return fmt.Errorf("line %d is no JSON string: with --ndjson each line is one, in quotes", n)
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
		return fmt.Errorf("reading standard input: %w", err)
	}
	return nil
}
