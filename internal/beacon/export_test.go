package beacon

// AppendPlain is Encode without compression, for the comparison of formats.
func (b *Batch) AppendPlain(dst []byte) []byte {
	return b.appendMessage(append(dst, plainHeader))
}
