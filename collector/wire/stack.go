package wire

import "strings"

// stackFrame is one frame of a stack.
type stackFrame struct{ function, file, line, column string }

// writeFrame formats a frame like browsers do: "    at pay (shop.js:1:2)".
func writeFrame(text *strings.Builder, f stackFrame) {
	place := f.file
	if f.line != "" {
		place += ":" + f.line
		if f.column != "" {
			place += ":" + f.column
		}
	}
	if f.function != "" && f.function != "?" {
		place = f.function + " (" + place + ")"
	}
	if text.Len() > 0 {
		text.WriteByte('\n')
	}
	text.WriteString("    at " + place)
}
