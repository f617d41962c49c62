package store

// SlotMS is the length of a slot in milliseconds. Slots are seconds of the
// collector's clock, the same for all viewers.
const SlotMS = 1000

// slotIndex is the index of the log by receive time: it lists, for each second,
// the runs of rows received in it. Beacons arrive nearly in order, so a second
// has few runs. A slot holds no counts: a late row is one more run.
type slotIndex struct {
	bySecond    map[int64]*slot
	first, last int64 // the oldest and the newest slot with rows
	current     *slot // the slot of the last row added
	runs        int
}

type slot struct {
	second int64
	runs   []rowRun
}

// rowRun is n rows from a reference on, all in one chunk.
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

// slotAt makes the slot of a second the current one.
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

// dropChunk removes the rows of the oldest chunk of the log.
func (s *slotIndex) dropChunk(c *Chunk, number uint32) {
	s.current = nil
	previous := int64(-1)
	for i := range c.Rows {
		second := slotOf(c.ReceivedAt(i))
		if second == previous {
			continue
		}
		previous = second
		s.dropRuns(second, number)
	}
	for len(s.bySecond) > 0 && s.bySecond[s.first] == nil {
		s.first++
	}
}

// dropRuns removes a slot's runs of a chunk, and the slot if it has no others.
func (s *slotIndex) dropRuns(second int64, number uint32) {
	t := s.bySecond[second]
	if t == nil {
		return
	}
	n := 0
	for n < len(t.runs) && t.runs[n].from>>chunkBits == number {
		n++
	}
	s.runs -= n
	if t.runs = t.runs[n:]; len(t.runs) == 0 {
		delete(s.bySecond, second)
	}
}

func (s *slotIndex) bytes() int { return 12*s.runs + 96*len(s.bySecond) }

// FirstSlot returns the oldest slot with rows, as seconds since 1970.
func (l *Log) FirstSlot() int64 { return l.slots.first }

// LastSlot returns the newest slot with rows.
func (l *Log) LastSlot() int64 { return l.slots.last }

// Oldest returns the start of the oldest slot, Unix milliseconds, and whether
// the log has any rows.
func (l *Log) Oldest() (ms int64, ok bool) { return l.slots.first * SlotMS, l.Rows > 0 }

// Earliest returns the oldest receive time, Unix milliseconds. The log must have
// rows.
func (l *Log) Earliest() int64 {
	earliest := (l.slots.first + 1) * SlotMS
	l.Each(l.slots.first*SlotMS, earliest, func(c *Chunk, i int) { earliest = min(earliest, c.ReceivedAt(i)) })
	return earliest
}

// CountRows counts the rows in the slots that overlap [lo, hi), Unix
// milliseconds. since is where the log starts in that range.
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

// Each visits the rows received in [lo, hi), Unix milliseconds, slot by slot.
func (l *Log) Each(lo, hi int64, visit func(*Chunk, int)) {
	if l.Rows == 0 || lo >= hi {
		return
	}
	for second := max(slotOf(lo), l.slots.first); second <= min(slotOf(hi-1), l.slots.last); second++ {
		s := l.slots.bySecond[second]
		if s == nil {
			continue
		}
		partial := second*SlotMS < lo || (second+1)*SlotMS > hi
		for _, r := range s.runs {
			c, i := l.Row(r.from)
			for end := i + int(r.n); i < end; i++ {
				if t := c.ReceivedAt(i); !partial || t >= lo && t < hi {
					visit(c, i)
				}
			}
		}
	}
}
