package snapshot

// numbers gives keys dense numbers from 1, in order of appearance. Key 0 is none.
type numbers[K comparable] struct {
	of map[K]int32
}

func newNumbers[K comparable]() numbers[K] { return numbers[K]{map[K]int32{}} }

// add gives a key its number and tells whether it had none yet.
func (n *numbers[K]) add(key K) (number int32, fresh bool) {
	var none K
	if key == none {
		return 0, false
	}
	number, ok := n.of[key]
	if !ok {
		number = int32(len(n.of) + 1)
		n.of[key] = number
	}
	return number, !ok
}
