package ui

import (
	"math/rand/v2"
	"regexp"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

var sgrSequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Every size shows what fits, on every page, whatever the frame holds.
func TestAnySize(t *testing.T) {
	t.Parallel()
	widths := []int{1, 2, 3, 5, 8, 11, 12, 20, 23, 24, 30, 49, 50, 60, 79, 80, 99, 100, 120, 200, 300}
	heights := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 18, 20, 24, 30, 36, 50, 100}
	frames := []*frame.Frame{hostile(), withDetail(), nothingYet(), disconnected()}
	modes := [][]string{nil, {"?"}, {"e"}, {"e", "enter"}, {"b"}, {"/", "region=(x"}, {":", "nonsense"}, {"+"}, {"tab"}}
	for i, w := range widths {
		for j, h := range heights {
			for k, keys := range modes {
				as := allLooks[(i+j+k)%len(allLooks)]
				f := frames[(i+2*j+k)%len(frames)]
				m := press(screen(t, as, w, h, f), keys...)
				checkScreen(t, send(m, frameMsg{f}), w, h)
			}
		}
	}
}

// FuzzKeys types anything at a screen of any size.
func FuzzKeys(f *testing.F) {
	f.Add(uint16(80), uint16(24), []byte("jj/region=eu\r?q:by x\r"), uint64(1))
	f.Add(uint16(1), uint16(1), []byte("e\r\x1b+[]b\r"), uint64(2))
	f.Add(uint16(200), uint16(50), []byte(" hhHHll x\x7f\x1b<>rotv"), uint64(3))
	f.Fuzz(func(t *testing.T, w, h uint16, keys []byte, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		width, height := int(w%300)+1, int(h%100)+1
		frames := []*frame.Frame{hostile(), withDetail(), nothingYet(), disconnected(), loading(), inspected(), errorSessions(), marked(), breached(), withVerdict(), blankPage()}
		m := screen(t, allLooks[rnd.IntN(len(allLooks))], width, height, frames[rnd.IntN(len(frames))])
		for _, b := range keys[:min(len(keys), 200)] {
			switch {
			case b == 3: // ctrl+c leaves
			case b < 0x20 || b == 0x7f:
				m = send(m, tea.KeyMsg{Type: tea.KeyType(b)})
			case b < 0x7f:
				m = press(m, string(rune(b)))
			case b < 0xc0:
				m = send(m, frameMsg{frames[int(b)%len(frames)]})
			case b < 0xe0:
				m = send(m, tea.MouseMsg{X: rnd.IntN(width + 5), Y: rnd.IntN(height + 5), Action: tea.MouseAction(rnd.IntN(3)), Button: tea.MouseButton(b % 8)})
			default:
				width, height = rnd.IntN(300)+1, rnd.IntN(100)+1
				m = send(m, tea.WindowSizeMsg{Width: width, Height: height})
			}
			checkScreen(t, m, width, height)
		}
		checkScreen(t, m, width, height)
	})
}
