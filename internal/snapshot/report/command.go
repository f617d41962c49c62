package report

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// openCommand is the command that prints the frame of a query.
func (l *recording) openCommand(q frame.Query) string {
	words := []string{"rumtop", "open", l.file, "--once", "--format", "json", "--at", timeFlag(q.At), "--window", q.Window.String(), "--by", q.By}
	if q.Baseline.At.UnixMilli() > 1 {
		words = append(words, "--baseline", timeFlag(q.Baseline.At))
	}
	if text := q.Filter.String(); text != "" {
		words = append(words, "--filter", text)
	}
	return shellJoin(append(words, l.flags...))
}

// timeFlag is a time in the format of flags, exact to the millisecond.
func timeFlag(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }

// shellJoin quotes words for a shell. None has control characters for a
// terminal.
func shellJoin(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		w = plain.Line(w, 0)
		if w != "" && strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,") == "" {
			b.WriteString(w)
			continue
		}
		b.WriteString("'" + strings.ReplaceAll(w, "'", `'\''`) + "'")
	}
	return b.String()
}

// verdictCommand is the command that prints a verdict.
func (b *builder) verdictCommand(q frame.Query, v *frame.Verdict) string {
	words := []string{"rumtop", "verdict", b.file, "--format", "json", "--baseline", v.Baseline, "--canary", v.Canary, "--at", timeFlag(q.At), "--since", q.Window.String()}
	if text := q.Filter.String(); text != "" {
		words = append(words, "--filter", text)
	}
	return shellJoin(append(words, b.flags...))
}
