package ui

import (
	"context"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// model is the parent: it holds what its children share, routes each message to
// the child that it concerns, and joins their lines.
type model struct {
	services
	display
	triage
	pause

	pane   pane // open in place of the triage screen; nil: none
	prompt prompt
	notice notice

	frame *frame.Frame
	watch watch // notices when frames stop
	alarm alarm

	query    frame.Query // what the user asks; the layout adds how much of it
	asked    frame.Query
	span     int // how many windows the charts look back, 0: all history
	drill    []level
	t0       t0
	presence presence
	recorded RecordingState // as of the last frame
}

// services are the outside world of the screen; all but source, copy and ring may
// be nil.
type services struct {
	source   Source
	copy     func(string) tea.Cmd
	ring     func() tea.Cmd
	setTitle func(string) tea.Cmd
	// restoreTitle is a command that gives the window's title back.
	restoreTitle tea.Cmd
	annotate     func(context.Context, beacon.Marker) error
	views        Views
	recorder     Recorder
	origins      func(ctx context.Context, release string, stack []string) ([]Origin, error)
	traces       traces
}

// display is how the screen shows things.
type display struct {
	keys          keyMap
	theme         draw.Theme
	ascii         bool
	loc           *time.Location
	title         string
	funnel        string
	burnWindow    time.Duration // long window of burn rates
	recording     *Recording    // the recording that is shown; nil: live data
	width, height int
}

// action is what a key or a command line does to the screen.
type action func(model) (model, tea.Cmd)

func (a action) apply(m model) (model, tea.Cmd) { return a(m) }

func (m model) Init() tea.Cmd {
	return tea.Batch(nextFrame(m.source), m.watch.tick())
}

// frameMsg brings a frame; nil means that no more will arrive.
type frameMsg struct{ frame *frame.Frame }

func nextFrame(s Source) tea.Cmd {
	frames := s.Frames()
	return func() tea.Msg { return frameMsg{<-frames} }
}

// Update routes: a frame goes to all children, a key or a click to one of them,
// and the answer of a service is a request like those of panes.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case frameMsg:
		m, cmd = m.receive(msg.frame)
	case watchMsg:
		m.watch = m.watch.look(m.paused)
		cmd = m.watch.tick()
	case tea.KeyMsg:
		before := m
		m, cmd = m.typed(msg)
		m = m.unfollow(before)
	case tea.MouseMsg:
		m, cmd = m.click(tea.MouseEvent(msg))
	case request:
		m, cmd = msg.apply(m)
	case copied:
		m, cmd = m.notify(msg.to + ": " + msg.text)
	case tea.ResumeMsg:
		cmd = m.showTitle()
	}
	return m.settle(), cmd
}

// receive takes a frame, unless the screen is paused and did not ask for it.
func (m model) receive(f *frame.Frame) (model, tea.Cmd) {
	m.watch = m.watch.count(f)
	if f == nil {
		return m.refreshPeers()
	}
	m, sound := m.sound(f)
	cmds := []tea.Cmd{sound, nextFrame(m.source)}
	if m.recorder != nil {
		m.recorded = m.recorder.Recording()
	}
	var want bool
	// All frames of a recording are answers, or more of its history.
	if m.pause, want = m.pause.accepts(); want || m.recording != nil {
		var cmd tea.Cmd
		m, cmd = m.show(damp(m.frame, f))
		cmds = append(cmds, cmd)
	}
	m, left := m.refreshPeers()
	return m, tea.Batch(append(cmds, left)...)
}

// show gives a frame to every child.
func (m model) show(f *frame.Frame) (model, tea.Cmd) {
	m.frame = f
	m.triage = m.triage.receive(f, m.query)
	m.prompt = m.prompt.offer(f)
	if m.pane == nil {
		return m, nil
	}
	return m.update(m.pane.receive(f))
}

// settle gives every child its size, sends the screen's query if it has changed,
// and redraws the charts.
func (m model) settle() model {
	l := m.layout()
	m.triage = m.triage.resize(l)
	if m.pane != nil {
		m.pane = m.pane.resize(m.scene(l))
	}
	if m.width > 0 {
		if q := m.screenQuery(l); !sameQuery(q, m.asked) {
			m.asked = q
			m.answers = answersTaken
			m.source.Ask(q)
			if m.presence.with != nil {
				m.presence.with.Publish(m.query)
			}
		}
	}
	m.charts = m.charts.draw(m.frame, m.marks(), m.highlighted(), l, m.shownTheme(), m.loc, m.link().stale())
	return m
}

func (m model) link() link {
	if m.recording != nil && m.frame != nil && m.frame.Health.Loading >= 1 {
		return linkRecording
	}
	return linkOf(m.frame, m.paused && m.recording == nil, m.watch.stalled)
}

func (m model) shownTheme() draw.Theme {
	if m.link().stale() {
		return m.theme.Stale()
	}
	return m.theme
}

func (m model) layout() layout {
	room, open := m.paneRoom()
	return arrange(m.width, m.height, shape{
		zoom:    m.charts.zoom > 0,
		warning: m.frame != nil && len(m.frame.Warnings) > 0,
		list:    open && room == roomLists,
		full:    open && room == roomPage,
		rows:    m.table.most,
	})
}

// scene is what the open pane is drawn into.
func (m model) scene(l layout) scene {
	switch m.pane.room() {
	case roomScreen:
		return scene{m.frame, m.theme, m.loc, l.w, l.h - 1}
	case roomTable:
		return scene{m.frame, m.theme, m.loc, l.w, l.table.h}
	default:
		return scene{m.frame, m.shownTheme(), m.loc, l.w, l.table.h}
	}
}

// typed splits keys that arrived in one read, as they do over a slow line. Pasted
// text goes to a prompt or nowhere.
func (m model) typed(k tea.KeyMsg) (model, tea.Cmd) {
	switch {
	case k.Paste && !m.prompt.active:
		return m, nil
	case k.Alt && followsEsc(k, m.prompt.active):
		return m.typedAfterEsc(k)
	case k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2:
		return m.handleKey(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		var cmd tea.Cmd
		m, cmd = m.handleKey(one)
		m = m.settle()
		cmds = append(cmds, cmd)
	}
	return m, tea.Batch(cmds...)
}

// followsEsc reports whether a key with alt means esc followed by the key:
// terminals send the same for both, and no key of the screen has alt. A rune that
// can start an escape sequence, cut in two, is neither.
func followsEsc(k tea.KeyMsg, prompting bool) bool {
	switch k.Type {
	case tea.KeyEsc:
		return true
	case tea.KeyEnter, tea.KeySpace:
		return !prompting
	case tea.KeyRunes:
		return !prompting && !strings.ContainsRune("[]OPX^_", k.Runes[0])
	default:
		return false
	}
}

func (m model) typedAfterEsc(k tea.KeyMsg) (model, tea.Cmd) {
	m, first := m.handleKey(tea.KeyMsg{Type: tea.KeyEsc})
	m = m.settle()
	k.Alt = false
	m, second := m.typed(k)
	return m, tea.Batch(first, second)
}

// handleKey gives a key to the prompt if one is open, else to the first binding
// that it matches.
func (m model) handleKey(k tea.KeyMsg) (model, tea.Cmd) {
	m.notice.text = ""
	if k.Type == tea.KeyCtrlC {
		return m, tea.Quit
	}
	if m.prompt.active {
		var want request
		if m.prompt, want = m.prompt.press(k, m.vocabulary()); want != nil {
			return want.apply(m)
		}
		return m, nil
	}
	for _, b := range m.bindings() {
		if key.Matches(k, b.key) {
			return b.do(m)
		}
	}
	return m, nil
}
