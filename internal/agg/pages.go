package agg

// PageTable are the values of the dimension page. There are many in a site, so that
// a page is not a part of the origin.
type PageTable struct {
	ids  map[uint32]uint16
	text []uint32 // log.texts
}

// The first pages of the log.
const (
	noPage    = 0
	otherPage = 1
)

func (p *PageTable) init() {
	p.text = []uint32{noString, otherString}
	p.ids = map[uint32]uint16{noString: noPage, otherString: otherPage}
}

func (p *PageTable) intern(text uint32) uint16 {
	id, ok := p.ids[text]
	if !ok {
		if len(p.text) >= maxPages {
			return otherPage
		}
		id = uint16(len(p.text))
		p.text = append(p.text, text)
		p.ids[text] = id
	}
	return id
}
