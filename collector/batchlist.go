package collector

// batchList is the batches that wait, oldest first.
type batchList struct {
	batches []*encodedBatch // from head on
	head    int
}

// pop takes the oldest batch out, nil if there is none.
func (l *batchList) pop() *encodedBatch {
	if l.head == len(l.batches) {
		return nil
	}
	b := l.batches[l.head]
	l.remove(l.head)
	return b
}

// remove takes a batch out that is near the front.
func (l *batchList) remove(at int) {
	copy(l.batches[l.head+1:at+1], l.batches[l.head:at])
	l.batches[l.head] = nil
	l.head++
	if l.head == len(l.batches) {
		l.batches, l.head = l.batches[:0], 0
	}
}

// firstUntried is the index of the oldest batch that was not tried. It is near
// the front, since only what was in flight can have failed.
func (l *batchList) firstUntried() int {
	at := l.head
	for at < len(l.batches) && l.batches[at].attempts > 0 {
		at++
	}
	return at
}

func (l *batchList) hasUntried() bool { return l.firstUntried() < len(l.batches) }

func (l *batchList) push(b *encodedBatch) {
	if l.head > 1024 && l.head > len(l.batches)/2 {
		n := copy(l.batches, l.batches[l.head:])
		clear(l.batches[n:])
		l.batches, l.head = l.batches[:n], 0
	}
	l.batches = append(l.batches, b)
}

// insert puts a batch that failed back to its place, which is near the front.
func (l *batchList) insert(b *encodedBatch) {
	at := l.head
	for at < len(l.batches) && l.batches[at].seq < b.seq {
		at++
	}
	if at == l.head && l.head > 0 {
		l.head--
		l.batches[l.head] = b
		return
	}
	l.batches = append(l.batches, nil)
	copy(l.batches[at+1:], l.batches[at:])
	l.batches[at] = b
}
