package store

// UserSet is a set of users, by their indexes of [IdentityTable.UserOf]. The
// zero value is empty.
type UserSet struct {
	bits []uint64
	n    int
}

// Insert adds a user; 0 is none.
func (s *UserSet) Insert(user uint32) {
	if user == 0 {
		return
	}
	if int(user>>6) >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, int(user>>6)+1-len(s.bits))...)
	}
	if w := &s.bits[user>>6]; *w>>(user&63)&1 == 0 {
		*w |= 1 << (user & 63)
		s.n++
	}
}

// Len returns the number of users.
func (s *UserSet) Len() int { return s.n }
