package scrub

// label is a lower-cased word beside something that it names.
type label struct {
	buf [24]byte
	n   int
}

func (l *label) text() []byte { return l.buf[:l.n] }

// labelBefore gives the word that names what begins at i: phone in
// "phone: 1", `"phone":"1"`, "phone number is 1", "phone_no=1". It is the last
// word before i that is not a filler; nothing if other things stand between.
func labelBefore(s string, i int) label {
	var w label
	for range 4 {
		j := i
		for j > 0 && i-j < 6 && labelGaps[s[j-1]] {
			j--
		}
		if d := j; d > 0 && is(s[d-1], digit) { // phone2, md5
			for d > 0 && j-d < 3 && is(s[d-1], digit) {
				d--
			}
			if isAt(s, d-1, letter) {
				j = d
			}
		}
		end := j
		for j > 0 && end-j < len(w.buf) && is(s[j-1], letter) {
			j--
		}
		w.n = copy(w.buf[:], s[j:end])
		for k := range w.n {
			w.buf[k] |= 0x20
		}
		switch string(w.buf[:w.n]) {
		case "number", "no", "nr", "num", "is", "at", "me", "us", "on", "of", "the", "to", "my", "your", "was", "nummer", "numero":
			i = j
			continue
		}
		for _, suffix := range [...]string{"number", "num", "no", "nr"} {
			if w.n > len(suffix)+2 && string(w.buf[w.n-len(suffix):w.n]) == suffix && suffix != "no" {
				w.n -= len(suffix)
				break
			}
		}
		return w
	}
	w.n = 0
	return w
}

// labelGaps may stand between a word and what it names.
var labelGaps = bytesOf(" :=\"'.#()[]\\+-_/\t>")
