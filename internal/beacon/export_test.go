package beacon

// AppendPlain is Encode without compression, to compare formats.
func (b *Batch) AppendPlain(dst []byte) []byte {
	return b.appendMessage(append(dst, plainHeader))
}
