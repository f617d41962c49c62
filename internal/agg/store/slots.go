package store

// SlotMS is the length of a slot in milliseconds. Slots lie on a grid of the
// collector's clock, the same for all viewers.
const SlotMS = 1000

// slotIndex are the index of the log by receive time: for every second, where in
// the log the beacons stand that were received in it. Beacons arrive nearly in
// order, so a second is a few runs of rows.
type slotIndex struct {
	bySecond    map[int64]*slot
	first, last int64 // no slot before or after has rows
	current     *slot // the one that took the last row
	runs        int
}

type slot struct {
	second int64
	runs   []rowRun
}

// rowRun is n rows from a ref on, all in one chunk.
type rowRun struct {
	from Ref
	n    uint32
}

func slotOf(ms int64) int64 { return ms / SlotMS }

func (s *slotIndex) addRow(received int64, r Ref) {
	c := s.current
	if second := slotOf(received); c == nil || c.second != second {
		c = s.slotAt(second)
	}
	if n := len(c.runs); n > 0 && c.runs[n-1].from+c.runs[n-1].n == r && r&chunkMask != 0 {
		c.runs[n-1].n++
		return
	}
	s.runs++
	c.runs = append(c.runs, rowRun{r, 1})
}

func (s *slotIndex) slotAt(second int64) *slot {
	if len(s.bySecond) == 0 {
		s.bySecond = map[int64]*slot{}
		s.first, s.last = second, second
	}
	s.first, s.last = min(s.first, second), max(s.last, second)
	c := s.bySecond[second]
	if c == nil {
		c = &slot{second: second}
		s.bySecond[second] = c
	}
	s.current = c
	return c
}

// dropChunk forgets the rows of a chunk, the oldest of the log.
func (s *slotIndex) dropChunk(c *Chunk, number uint32) {
	s.current = nil
	previous := int64(-1)
	for i := range c.Rows {
		second := slotOf(c.ReceivedAt(i))
		if second == previous {
			continue
		}
		previous = second
		t := s.bySecond[second]
		if t == nil {
			continue
		}
		gone := 0
		for gone < len(t.runs) && t.runs[gone].from>>chunkBits == number {
			gone++
		}
		s.runs -= gone
		if t.runs = t.runs[gone:]; len(t.runs) == 0 {
			delete(s.bySecond, second)
		}
	}
	for len(s.bySecond) > 0 && s.bySecond[s.first] == nil {
		s.first++
	}
}

// CountRows counts the rows in the slots that touch [lo, hi), Unix milliseconds.
// since is where the log begins in that range.
func (l *Log) CountRows(lo, hi int64) (n int, since int64) {
	s := &l.slots
	first := max(slotOf(lo), s.first)
	for second := first; second <= min(slotOf(hi-1), s.last); second++ {
		if t := s.bySecond[second]; t != nil {
			for _, r := range t.runs {
				n += int(r.n)
			}
		}
	}
	return n, min(first*SlotMS, hi)
}

// FirstSlot and lastSlot are the numbers of the oldest and the newest second
// with rows.
func (l *Log) FirstSlot() int64 { return l.slots.first }
func (l *Log) LastSlot() int64  { return l.slots.last }

func (s *slotIndex) bytes() int { return 12*s.runs + 96*len(s.bySecond) }

// Each visits the rows received in [lo, hi), Unix milliseconds, by slot.
func (l *Log) Each(lo, hi int64, visit func(*Chunk, int)) {
	if l.Rows == 0 || lo >= hi {
		return
	}
	for second := max(slotOf(lo), l.slots.first); second <= min(slotOf(hi-1), l.slots.last); second++ {
		s := l.slots.bySecond[second]
		if s == nil {
			continue
		}
		edge := second*SlotMS < lo || (second+1)*SlotMS > hi
		for _, r := range s.runs {
			c, i := l.Row(r.from)
			for end := i + int(r.n); i < end; i++ {
				if t := c.ReceivedAt(i); !edge || t >= lo && t < hi {
					visit(c, i)
				}
			}
		}
	}
}
