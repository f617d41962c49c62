package ui

import (
	"context"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// mode is what the screen is at: exactly one thing.
type mode int

const (
	modeTriage mode = iota
	modeErrors
	modeDetail
	modeHelp
	modePick
	modePrompt
	modePane
)

// model is the parent: it holds what its children share, gives each message to
// the one it concerns, and puts their lines together.
type model struct {
	source Source
	keys   keyMap
	theme  draw.Theme
	ascii  bool
	loc    *time.Location
	title  string
	copy   func(string) tea.Cmd
	ring   func() tea.Cmd

	annotate func(context.Context, beacon.Marker) error // nil: none can be set
	traces   traces
	views    Views
	company  company
	origins  func(ctx context.Context, release string, stack []string) ([]Origin, error) // nil: there are no source maps

	recorder  Recorder       // nil: nothing can be kept
	recorded  RecordingState // as of the last frame
	recording *Recording     // what is shown, if it is one

	width, height int
	mode, before  mode // before: where a prompt or the help was opened from

	frame  *frame.Frame
	alarm  alarm
	frames int         // how many have come
	watch  watch       // notices when they stop
	query  frame.Query // what the person asks; the layout adds how much of it
	asked  frame.Query
	paused bool
	until  time.Time // where the pause began: the latest time to walk to
	accept int       // while paused: how many frames may still answer a question
	drill  []level
	t0     t0
	funnel string
	chosen selection
	span   int // how many windows the charts look back, 0: all history

	said   string // what the last key had to say
	saidNo int    // counts such sayings, so that an old timer cannot end a new one

	onErrors bool // the errors pane has the cursor keys, not the table
	table    table
	errors   errorList
	charts   charts
	detail   detail
	open     pane // in modePane
	pick     picker
	prompt   prompt
	help     help
}

// action is what a key does to the screen.
type action func(model) (model, tea.Cmd)

// level is where a drill came from.
type level struct {
	filter filter.Expr
	by     string
	key    string
	window time.Duration // 0: it was a filter's, the window stays as it is
	at     time.Time     // where the window ended; zero: now
}

func (m model) Init() tea.Cmd {
	return tea.Batch(nextFrame(m.source), m.watch.tick())
}

// frameMsg brings a frame; nil says that no more will come.
type frameMsg struct{ frame *frame.Frame }

func nextFrame(s Source) tea.Cmd {
	frames := s.Frames()
	return func() tea.Msg { return frameMsg{<-frames} }
}

// unsaidMsg ends what a key had to say.
type unsaidMsg int

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case frameMsg:
		m, cmd = m.receive(msg.frame)
		var left tea.Cmd
		m, left = m.meet()
		cmd = tea.Batch(cmd, left)
	case watchMsg:
		m.watch = m.watch.look(m.frames, m.paused)
		cmd = m.watch.tick()
	case viewMsg:
		m, cmd = m.viewed(msg)
	case savedMsg:
		m, cmd = m.savedView(msg)
	case originsMsg:
		m.detail = m.detail.located(msg)
	case annotatedMsg:
		m, cmd = m.annotated(msg)
	case recordedMsg:
		m, cmd = m.hasRecorded(msg)
	case unsaidMsg:
		if int(msg) == m.saidNo {
			m.said = ""
		}
	case tea.KeyMsg:
		before := m
		m, cmd = m.typed(msg)
		m = m.part(before)
	case tea.MouseMsg:
		m, cmd = m.click(tea.MouseEvent(msg))
	}
	return m.settle(), cmd
}

// receive takes a frame, unless the screen is paused and did not ask for it.
func (m model) receive(f *frame.Frame) (model, tea.Cmd) {
	if f == nil {
		m.watch.stalled = true
		return m, nil
	}
	m.frames++
	m.watch.stalled = false
	m, sound := m.sound(f)
	next := tea.Batch(sound, nextFrame(m.source))
	if m.recorder != nil {
		m.recorded = m.recorder.Recording()
	}
	if m.paused && m.recording == nil { // nothing comes to a recording but answers, and more of it
		if m.accept == 0 {
			return m, next
		}
		m.accept--
	}
	f = damp(m.frame, f)
	m.frame = f
	l := m.layout()
	m.table = m.table.show(f, subject{f.By, f.Filter, m.query.Sort, m.query.Reverse}, visibleRows(l.table.h))
	m.errors = m.errors.show(f, m.errorRows(l))
	m.detail = m.detail.show(f)
	if m.open != nil {
		m.open = m.open.show(f)
	}
	m.prompt = m.prompt.offer(f)
	m, look := m.lookUp()
	return m, tea.Batch(next, look)
}

// settle asks the question that the screen now stands for, if it is a new one,
// and brings the charts up to date.
func (m model) settle() model {
	l := m.layout()
	m.table = m.table.clamp(visibleRows(l.table.h))
	m.errors = m.errors.clamp(m.errorRows(l))
	if m.width > 0 {
		if q := m.question(l); !sameQuestion(q, m.asked) {
			m.asked = q
			m.accept = acceptFrames
			m.source.Ask(q)
			if m.company.with != nil {
				m.company.with.Publish(m.query)
			}
		}
	}
	m.charts = m.charts.draw(m.frame, m.marks(), m.highlighted(), l, m.shownTheme(), m.loc, m.link().stale())
	return m
}

// acceptFrames is how many frames are taken after a question while paused: one
// that was on its way already, and the answer.
const acceptFrames = 2

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
	at := m.mode
	if at == modePrompt {
		at = m.before
	}
	return arrange(m.width, m.height, shape{
		zoom:    m.charts.zoom > 0,
		warning: m.frame != nil && len(m.frame.Warnings) > 0,
		list:    at == modeErrors,
		full:    at == modeDetail || at == modePane,
		rows:    m.table.most,
	})
}

func (m model) errorRows(l layout) int {
	if m.mode == modeErrors {
		return l.table.h - 1
	}
	return l.errors.h - 1
}

// typed takes keys apart that came in one piece, as they do over a slow line. What
// was pasted is text: it goes to a prompt or nowhere.
func (m model) typed(k tea.KeyMsg) (model, tea.Cmd) {
	switch {
	case k.Paste && m.mode != modePrompt:
		return m, nil
	case k.Alt && followsEsc(k, m.mode):
		return m.typedAfterEsc(k)
	case k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2:
		return m.press(k)
	}
	var cmds []tea.Cmd
	for _, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		var cmd tea.Cmd
		m, cmd = m.press(one)
		m = m.settle()
		cmds = append(cmds, cmd)
	}
	return m, tea.Batch(cmds...)
}

// followsEsc tells whether a key with alt is esc and, soon after it, the key: that
// is what terminals send for either, and none of the screen's keys has alt. What may begin a
// sequence that was cut in two is neither.
func followsEsc(k tea.KeyMsg, at mode) bool {
	switch k.Type {
	case tea.KeyEsc:
		return true
	case tea.KeyEnter, tea.KeySpace:
		return at != modePrompt
	case tea.KeyRunes:
		return at != modePrompt && !strings.ContainsRune("[]OPX^_", k.Runes[0])
	}
	return false
}

func (m model) typedAfterEsc(k tea.KeyMsg) (model, tea.Cmd) {
	m, first := m.press(tea.KeyMsg{Type: tea.KeyEsc})
	m = m.settle()
	k.Alt = false
	m, second := m.typed(k)
	return m, tea.Batch(first, second)
}

// press gives a key to the prompt if there is one, else to the first binding
// of the mode that it matches.
func (m model) press(k tea.KeyMsg) (model, tea.Cmd) {
	m.said = ""
	if k.Type == tea.KeyCtrlC {
		return m, tea.Quit
	}
	if m.mode == modePrompt {
		var do action
		if m.prompt, do = m.prompt.press(k, m.vocabulary()); do != nil {
			return do(m)
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

// say shows a short answer to a key in place of the sentence, for some seconds.
func (m model) say(s string) (model, tea.Cmd) {
	m.said = s
	m.saidNo++
	n := m.saidNo
	return m, tea.Tick(4*time.Second, func(time.Time) tea.Msg { return unsaidMsg(n) })
}

func (m model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	l := m.layout()
	lines := make([]string, l.h)
	m.drawFrame(lines, l)
	if m.mode == modePrompt {
		m.prompt.draw(lines, m.theme, l.w)
	}
	screen := strings.Join(lines, "\n")
	if m.ascii {
		return draw.ToASCII(screen)
	}
	return screen
}

func (m model) drawFrame(lines []string, l layout) {
	th, state := m.shownTheme(), m.link()
	place := func(b band, what ...string) { copy(lines[b.y:b.y+b.h], what) }
	if m.mode == modeHelp {
		copy(lines, m.help.view(m.keys, m.theme, l.w, l.h))
		return
	}
	if l.header.h > 0 {
		hs := headerState{watching: m.company.line(), since: m.sinceT0(), title: m.title, question: m.query, link: state, loc: m.loc, recording: m.recording}
		if m.frame != nil {
			hs.recorded = m.recorded.mark(m.frame.At)
		}
		place(l.header, headerLine(m.frame, hs, m.theme, l.w))
	}
	status, reasons := statusLine(m.frame, state, m.said, m.theme, m.loc, l.w), reasonsLine(m.frame, state, m.theme, m.loc, l.w)
	if m.mode == modeTriage && m.said == "" && !m.chosen.empty() {
		status, reasons = m.chosen.line(m.frame, m.theme, m.loc, l.w), status
	}
	place(l.status, status)
	if l.reasons.h > 0 {
		place(l.reasons, reasons)
	}
	if l.warning.h > 0 {
		place(l.warning, warningLine(m.frame, m.theme, l.w))
	}
	at := m.mode
	if at == modePrompt {
		at = m.before
	}
	switch at {
	case modeErrors:
		place(l.charts, m.charts.view(m.frame, l, th)...)
		place(l.table, m.errors.view(m.frame, th, m.loc, l.w, l.table.h, true)...)
	case modeDetail:
		place(l.table, m.detail.view(m.frame, th, m.loc, l.w, l.table.h)...)
	case modePane:
		place(l.table, m.open.view(m.frame, scene{th, m.loc, l.w, l.table.h})...)
	default:
		place(l.charts, m.charts.view(m.frame, l, th)...)
		if at == modePick {
			place(l.table, m.pick.view(m.theme, l.w, l.table.h)...)
		} else {
			place(l.table, m.table.view(m.frame, th, l.w, l.table.h, !m.onErrors)...)
		}
		errors := m.errors.view(m.frame, th, m.loc, l.w-l.beside, l.errors.h, m.onErrors)
		if l.beside > 0 && m.frame != nil {
			errors = sideBySide(differsLines(m.frame.Differs, besideTitle(m.frame), th, l.beside-2, l.errors.h-1, -1, false), errors, l.beside)
		}
		place(l.errors, errors...)
	}
	if l.trust.h > 0 {
		place(l.trust, trustLine(m.frame, m.theme, m.loc, l.w))
	}
	if l.hints.h > 0 {
		keys := m.keys.hints(at, m.paused, m.recording != nil, len(m.drill) > 0 || m.query.Filter.Text != "")
		switch {
		case at == modePane:
			keys = m.open.hints(&m.keys)
		case at == modeTriage && !m.chosen.empty():
			keys = m.chosen.hints(&m.keys)
		}
		place(l.hints, hintLine(keys, m.theme, l.w))
	}
}
