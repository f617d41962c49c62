package store

// PageTable is the dictionary of the values of the dimension page. A site has so
// many pages that they are a column of their own, apart from the origin.
type PageTable struct {
	Text []uint32 // by page; in Log.Strings
	ids  map[uint32]uint16
}

// The first pages of every log.
const (
	noPage    = 0
	otherPage = 1
)

func (p *PageTable) init() {
	p.Text = []uint32{NoString, OtherString}
	p.ids = map[uint32]uint16{NoString: noPage, OtherString: otherPage}
}

func (p *PageTable) intern(text uint32) uint16 {
	id, ok := p.ids[text]
	if !ok {
		if len(p.Text) >= maxPages {
			return otherPage
		}
		id = uint16(len(p.Text))
		p.Text = append(p.Text, text)
		p.ids[text] = id
	}
	return id
}
