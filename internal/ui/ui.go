// Package ui is the triage screen: it shows frames and turns keys into queries.
// It counts nothing itself.
//
// The model is a parent that routes; each pane keeps its own state and draws
// whole lines into the place that a pure function of the screen's size gives it.
// View and Init do not block.
package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
	"github.com/rumtop/rumtop/internal/ui/noquery"
)

// The libraries are initialised before this package: the environment can be
// restored.
var _ = noquery.Restore()

// Source answers queries with frames. Ask must not block. The answer to the
// newest query follows at once, then a frame every interval. A closed channel
// means that no more will arrive.
type Source interface {
	Ask(frame.Query)
	Frames() <-chan *frame.Frame
}

// Options configures a screen.
type Options struct {
	Source   Source
	Query    frame.Query   // the first one; Window and By must be set
	Interval time.Duration // between frames, to notice when they stop; 0 is a second
	Title    string        // in place of the site's name
	Theme    string        // auto, dark, light or plain; "" is auto
	ASCII    bool          // send nothing but ASCII
	NoColor  bool
	NoMouse  bool
	// Annotate adds a marker for all viewers; nil: markers cannot be added.
	Annotate func(context.Context, beacon.Marker) error

	// Recorder writes snapshots and recordings; nil: the screen cannot record.
	Recorder Recorder
	// Recording is set if the screen shows a recording up to the query's time;
	// nil: live data.
	Recording *Recording

	// Views are queries by name; nil: there are none.
	Views Views

	// Presence is the other viewers; nil: this one neither sees them nor is seen.
	Presence Presence

	// TraceURL is the address of a trace viewer.
	TraceURL TraceURL
	// Origins finds the source positions of a stack of a release: one for each
	// line, or an error. Nil: there are no source maps.
	Origins func(ctx context.Context, release string, stack []string) ([]Origin, error)

	// Funnel is the steps of a funnel: names of events, separated by ">".
	Funnel string

	// BurnWindow is the long window of burn rates; the short one is a third of it.
	BurnWindow time.Duration

	NoBell bool // a breach makes no sound
	UTC    bool // show times in UTC, not in the local zone

	// Input and Output are the terminal; nil is standard input and output.
	Input, Output *os.File
}

// ErrTerminalGone means that the terminal is gone: the connection broke, or the
// window was closed.
var ErrTerminalGone = errors.New("the terminal has gone away")

// Run shows the screen until the user quits (nil), ctx ends (its error) or the
// terminal is gone ([ErrTerminalGone]). Signals are up to the caller.
//
// With two screens it shows them side by side or one above the other; every key
// acts on both.
func Run(ctx context.Context, o Options, beside ...Options) error {
	in, out := o.Input, o.Output
	if in == nil {
		var err error
		if in, err = keyboard(); err != nil {
			return err
		}
		if in != os.Stdin {
			defer func() { _ = in.Close() }()
		}
	}
	if out == nil {
		out = os.Stdout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tty := &terminal{in: in, out: out, gone: func() { cancel(ErrTerminalGone) }}
	var screens []model
	for _, o := range append([]Options{o}, beside...) {
		m, err := newModel(o, draw.ColorProfile(out, o.NoColor), osEnviron{})
		if err != nil {
			return err
		}
		m.copy, m.setTitle, m.restoreTitle = tty.copy, tty.setTitle, tty.restoreTitle
		if !o.NoBell {
			m.ring = tty.ring
		}
		screens = append(screens, m)
	}
	var shown tea.Model = screens[0]
	if len(screens) == 2 {
		shown = splitView{screens: [2]model{screens[0], screens[1]}}
	}
	options := []tea.ProgramOption{
		tea.WithInput(reader{in, tty}), tea.WithOutput(writer{out, tty}),
		tea.WithoutSignalHandler(), tea.WithAltScreen(), tea.WithFPS(30),
	}
	if !o.NoMouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	defer tty.leaveTitle()
	err := wait(ctx, tea.NewProgram(shown, options...))
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("terminal: %w", err)
	}
	return nil
}

// keyboard is standard input, or the process's terminal if standard input is
// something else.
func keyboard() (*os.File, error) {
	if term.IsTerminal(os.Stdin.Fd()) {
		return os.Stdin, nil
	}
	f, err := os.Open("/dev/tty")
	if err != nil {
		return nil, fmt.Errorf("no terminal to read keys from: %w (print a frame with --once instead)", err)
	}
	return f, nil
}

// wait runs a program until it ends. When ctx ends, the program has a second to
// quit: a terminal with its flow stopped would otherwise keep the process for
// ever.
func wait(ctx context.Context, p *tea.Program) error {
	done := make(chan error, 1)
	go func() {
		_, err := p.Run()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		go p.Quit() // blocks if the loop is stuck
	}
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second):
		return context.Cause(ctx)
	}
}

func newModel(o Options, profile termenv.Profile, environ termenv.Environ) (model, error) {
	th, err := draw.NewTheme(o.Theme, profile, environ)
	if err != nil {
		return model{}, err
	}
	interval := o.Interval
	if interval <= 0 {
		interval = time.Second
	}
	loc := time.Local
	if o.UTC {
		loc = time.UTC
	}
	if o.Recording != nil && o.Query.At.IsZero() {
		o.Query.At = o.Recording.To
	}
	return model{
		services: services{
			source: o.Source, annotate: o.Annotate, views: o.Views, recorder: o.Recorder, origins: o.Origins,
			copy:         func(string) tea.Cmd { return nil },
			ring:         func() tea.Cmd { return nil },
			setTitle:     func(string) tea.Cmd { return nil },
			restoreTitle: func() tea.Msg { return nil },
			traces:       traces{o.TraceURL, linking(environ)},
		},
		display: display{
			keys: newKeyMap(), theme: th, loc: loc, title: o.Title, funnel: o.Funnel, burnWindow: o.BurnWindow, recording: o.Recording,
			ascii: o.ASCII || environ.Getenv("TERM") == "dumb" || draw.NeedsASCII(environ),
		},
		pause: pause{paused: !o.Query.At.IsZero(), until: until(o)},
		query: o.Query, span: chartSpan, watch: newWatch(interval), presence: presence{with: o.Presence},
	}, nil
}

// until is the latest time to walk to.
func until(o Options) time.Time {
	if o.Recording != nil {
		return o.Recording.To
	}
	return o.Query.At
}

type osEnviron struct{}

func (osEnviron) Environ() []string         { return os.Environ() }
func (osEnviron) Getenv(name string) string { return os.Getenv(name) }

// terminal reports when the terminal is gone. bubbletea notices a failed read,
// but not the end of input or a failed write.
type terminal struct {
	in, out *os.File
	gone    func()
	title   windowTitle
}

// reader and writer are files, so that bubbletea finds the terminal behind them.
type reader struct {
	*os.File
	t *terminal
}

func (r reader) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	if err != nil {
		r.t.gone()
	}
	return n, err
}

type writer struct {
	*os.File
	t *terminal
}

func (w writer) Write(p []byte) (int, error) {
	n, err := w.File.Write(p)
	if err != nil {
		w.t.gone()
	}
	return n, err
}

// WriteString keeps io.WriteString from bypassing Write.
func (w writer) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// ring rings the terminal's bell.
func (t *terminal) ring() tea.Cmd {
	return func() tea.Msg {
		_, _ = io.WriteString(writer{t.out, t}, "\a")
		return nil
	}
}
