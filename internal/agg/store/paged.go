package store

// Paged is a slice that grows by pages: without copying, and without the quarter
// of spare capacity that append keeps.
type Paged[T any] struct {
	pages []*[pageLen]T
	n     int
}

const (
	pageBits = 11
	pageLen  = 1 << pageBits
)

// Elem returns a pointer to element i, which must be below Len.
func (p *Paged[T]) Elem(i uint32) *T { return &p.pages[i>>pageBits][i&(pageLen-1)] }

// Grow makes the length at least n. New elements are zero.
func (p *Paged[T]) Grow(n int) {
	for len(p.pages)<<pageBits < n {
		p.pages = append(p.pages, new([pageLen]T))
	}
	p.n = max(p.n, n)
}

func (p *Paged[T]) push(v T) {
	p.Grow(p.n + 1)
	*p.Elem(uint32(p.n - 1)) = v
}

// Len returns the number of elements.
func (p *Paged[T]) Len() int { return p.n }

// Room returns the number of elements for which memory is allocated.
func (p *Paged[T]) Room() int { return len(p.pages) << pageBits }
