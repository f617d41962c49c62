package demo

import "strconv"

// Origin is the origin of the shop's pages. A collector that checks origins must
// allow it.
const Origin = "https://shop.example"

type page uint8

const (
	home page = iota
	products
	product
	search
	cart
	checkout
	account
	numPages
	leaveShop = numPages
)

// pages are the properties of each page.
var pages = [numPages]struct {
	route  string
	server float64 // server time, ms
	weight float64 // of the largest paint's resources, 1: average
	script float64 // work on interaction, 1: average
	dwell  float64 // median seconds on it
	act    float64 // probability of an interaction
	entry  float64 // weight as the first page of a session
	next   [numPages + 1]float64

	reviews bool // has a third-party script that shows reviews
}{
	home:     {"/", 45, 1.15, 0.8, 9, 0.2, 34, [numPages + 1]float64{0, 36, 22, 12, 10, 0, 4, 16}, false},
	products: {"/products", 80, 1.1, 1.0, 14, 0.2, 18, [numPages + 1]float64{3, 6, 58, 8, 8, 0, 1, 16}, false},
	product:  {"/products/:id", 60, 1.2, 1.0, 20, 0.35, 20, [numPages + 1]float64{2, 8, 12, 4, 54, 0, 0, 20}, true},
	search:   {"/search", 130, 0.8, 1.3, 10, 0.2, 5, [numPages + 1]float64{2, 8, 64, 8, 6, 0, 0, 12}, true},
	cart:     {"/cart", 70, 0.7, 1.1, 12, 0.2, 18, [numPages + 1]float64{2, 5, 5, 1, 0, 78, 1, 8}, false},
	checkout: {"/checkout", 90, 0.65, 1.4, 20, 0.95, 4, [numPages + 1]float64{3, 4, 0, 0, 3, 0, 8, 82}, false},
	account:  {"/account", 75, 0.6, 0.9, 12, 0.2, 3, [numPages + 1]float64{8, 16, 4, 6, 16, 0, 4, 46}, false},
}

// entryPage draws the first page of a session.
func (u *user) entryPage(d *random) page {
	var w [numPages]float64
	for i := range pages {
		w[i] = pages[i].entry
	}
	w[cart] *= u.buyer
	w[checkout] *= u.buyer
	return page(d.pick(w[:]))
}

// nextPage draws the user's next page, or leaveShop.
func (u *user) nextPage(d *random, from page) page {
	w := pages[from].next
	w[cart] *= u.buyer
	w[checkout] *= u.buyer
	return page(d.pick(w[:]))
}

var searches = [...]string{"rain+jacket", "size+42+boots", "gift+card", "tent+2+person", "wool+socks", "headlamp"}

// appendURL appends the view's address. item selects the product or the search
// words in it.
func (p page) appendURL(dst []byte, item uint64) []byte {
	dst = append(dst, Origin...)
	switch p {
	case product:
		dst = strconv.AppendUint(append(dst, "/products/"...), itemID(item), 10)
	case products:
		dst = strconv.AppendUint(append(dst, "/products?category="...), item%19, 10)
	case search:
		dst = append(append(dst, "/search?q="...), searches[item%uint64(len(searches))]...)
	case checkout:
		dst = append(dst, "/checkout?step=payment"...)
	default:
		dst = append(dst, pages[p].route...)
	}
	if item>>32%16 == 0 && p != search && p != products && p != checkout {
		dst = append(dst, "?utm_source=newsletter"...)
	}
	return dst
}

// appendAPI appends the address of the page's content.
func (p page) appendAPI(dst []byte, item uint64) []byte {
	dst = append(dst, Origin+"/api"...)
	switch p {
	case home:
		return append(dst, "/recommendations"...)
	case product:
		return strconv.AppendUint(append(dst, "/products/"...), itemID(item), 10)
	case products:
		return strconv.AppendUint(append(dst, "/products?category="...), item%19, 10)
	case search:
		return append(append(dst, "/search?q="...), searches[item%uint64(len(searches))]...)
	case account:
		return append(dst, "/account"...)
	default:
		return append(dst, "/cart"...)
	}
}

func itemID(item uint64) uint64 { return 1000 + item%9000 }
