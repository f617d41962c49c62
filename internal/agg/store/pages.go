package store

// PageTable are the values of the dimension page. There are many in a site, so that
// a page is not a part of the origin.
type PageTable struct {
	ids  map[uint32]uint16
	Text []uint32 // log.texts
}

// The first pages of the log.
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
