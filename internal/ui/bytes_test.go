package ui

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// counter is a terminal's end of a connection: it counts what is sent.
type counter struct {
	bytes atomic.Int64
	wrote chan struct{} // one place: something was sent since the last look
}

func (c *counter) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	select {
	case c.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

// paced runs a screen as Run does, but the site's next second starts when the
// screen has drawn the one before.
type paced struct {
	program *tea.Program
	source  *simSource
	out     *counter
	drawn   chan struct{}
}

// paceModel reports when a frame has been received and drawn.
type paceModel struct {
	model
	drawn chan struct{}
}

func (p paceModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	next, cmd := p.model.Update(msg)
	p.model = next.(model)
	if f, ok := msg.(frameMsg); ok && f.frame != nil {
		p.drawn <- struct{}{}
	}
	return p, cmd
}

func startPaced(t testing.TB, incident bool, w, h int) *paced {
	t.Helper()
	p := &paced{source: newSimSource(incident), out: &counter{wrote: make(chan struct{}, 1)}, drawn: make(chan struct{}, 1000)}
	m, err := newModel(Options{Source: p.source, Query: testQuery(), UTC: true}, inColor.profile, inColor.env)
	if err != nil {
		t.Fatal(err)
	}
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.program = tea.NewProgram(paceModel{m, p.drawn}, tea.WithInput(in), tea.WithOutput(p.out),
		tea.WithoutSignalHandler(), tea.WithAltScreen(), tea.WithFPS(120))
	done := make(chan struct{})
	go func() { _, _ = p.program.Run(); close(done) }()
	t.Cleanup(func() {
		p.program.Quit()
		<-done
		_ = typing.Close()
		_ = in.Close()
	})
	p.program.Send(tea.WindowSizeMsg{Width: w, Height: h})
	<-p.drawn // the answer to the first question
	return p
}

// settled waits until nothing more is sent; the renderer draws 120 times a
// second.
func (p *paced) settled() int64 {
	last, since := p.out.bytes.Load(), time.Now()
	for time.Since(since) < 40*time.Millisecond {
		time.Sleep(4 * time.Millisecond)
		if n := p.out.bytes.Load(); n != last {
			last, since = n, time.Now()
		}
	}
	return last
}

// rate is the bytes sent for each of so many seconds of the site.
func (p *paced) rate(seconds int) float64 {
	before := p.settled()
	for range seconds {
		select {
		case <-p.out.wrote: // of the second before
		default:
		}
		p.source.second()
		<-p.drawn
		p.flush()
	}
	return float64(p.settled()-before) / float64(seconds)
}

// flush waits until the renderer has sent what changed, or for its next two
// turns, at 120 a second, where nothing did.
func (p *paced) flush() {
	select {
	case <-p.out.wrote:
	case <-time.After(18 * time.Millisecond):
	}
}

// The budgets: 2 kB a second at 80×24 and 5 kB at 200×50 in the worst of an
// incident, half of that in a quiet hour, nothing while paused. The screens run
// at the same time: most of their time they wait for the renderer.
func TestBytesWithinBudget(t *testing.T) {
	t.Parallel()
	type scene struct {
		name   string
		budget float64
		screen *paced
		rate   chan float64
	}
	var scenes []scene
	for _, c := range []struct {
		w, h     int
		incident float64
	}{{80, 24, 2000}, {120, 36, 3500}, {200, 50, 5000}} {
		for _, incident := range []bool{true, false} {
			name, budget := "incident", c.incident
			if !incident {
				name, budget = "quiet", c.incident/2
			}
			s := scene{fmt.Sprintf("%s-%dx%d", name, c.w, c.h), budget, startPaced(t, incident, c.w, c.h), make(chan float64, 1)}
			go func() { s.rate <- s.screen.rate(90) }()
			scenes = append(scenes, s)
		}
	}
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			got := <-s.rate
			t.Logf("%.0f B/s of %.0f", got, s.budget)
			if got > s.budget {
				t.Errorf("%.0f B/s, more than %.0f", got, s.budget)
			}
			if got < 20 {
				t.Errorf("%.0f B/s: the screen does not move", got)
			}
		})
	}
}

func TestPausedSendsNothing(t *testing.T) {
	t.Parallel()
	p := startPaced(t, true, 120, 36)
	p.rate(3)
	p.program.Send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
	p.rate(answersTaken + 1) // the answer to the pause, and what was on its way
	still := false
	for try := 0; try < 5 && !still; try++ { // what was drawn before may be sent late on a busy machine
		still = p.rate(10) == 0
	}
	if !still {
		t.Error("the screen moves while paused")
	}
	p.program.Send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
	if p.rate(3) == 0 {
		t.Error("nothing is sent after the pause")
	}
}

// BenchmarkView is the cost of drawing a frame that has been received.
func BenchmarkView(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 50}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			m := screen(b, inColor, size[0], size[1], incident())
			b.ReportAllocs()
			for b.Loop() {
				if len(m.View()) == 0 {
					b.Fatal("nothing drawn")
				}
			}
		})
	}
}

// BenchmarkViewHelp is the cost of a screen that lipgloss lays out.
func BenchmarkViewHelp(b *testing.B) {
	m := press(screen(b, inColor, 120, 36, incident()), "?")
	b.ReportAllocs()
	for b.Loop() {
		if len(m.View()) == 0 {
			b.Fatal("nothing drawn")
		}
	}
}

// BenchmarkFrame is the cost of receiving a frame and drawing it.
func BenchmarkFrame(b *testing.B) {
	s := newSim(true)
	m := screen(b, inColor, 120, 36, s.frame(testQuery()))
	q := asked(m)
	var frames [64]frameMsg
	for i := range frames {
		s.step()
		frames[i] = frameMsg{s.frame(q)}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m = send(m, frames[i%len(frames)])
		if len(m.View()) == 0 {
			b.Fatal("nothing drawn")
		}
		i++
	}
}
