package scrub

import "strings"

// judgeSlug replaces the ids that are glued to a slug, so that a page about items is
// one row: order-12345 becomes order-:id, dress_P765231C097654 dress_:id,
// some-title-8f3a2b1c some-title-:id. What an author may have written stays:
// iphone-15, world-cup-2026, rtx-4090.
func judgeSlug(_ *scan, g *segment) (string, Kind, bool) {
	s := g.text
	var out []byte
	copied, before := 0, ""
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && is(s[j], alnum) {
			j++
		}
		if j < len(s) && !slugDividers[s[j]] {
			return "", 0, false
		}
		if part := s[i:j]; isSlugID(part, before, i > 0 && s[i-1] == '~') {
			out = append(append(out, s[copied:i]...), params[ID]...)
			copied = j
		} else if part != "" {
			before = part
		}
		i = j + 1
	}
	return string(append(out, s[min(copied, len(s)):]...)), ID, out != nil
}

// slugDividers divide the parts of a slug, and its extension.
var slugDividers = bytesOf("-_.~,+ ()")

// isSlugID says whether a part of a slug, behind the part before, is an id and no
// word, version or year. tilde says that a ~ is before it, which sites put before
// ids.
func isSlugID(part, before string, tilde bool) bool {
	digits, turns := 0, 0
	var seen uint8
	for i := range len(part) {
		seen |= class[part[i]]
		if is(part[i], digit) {
			digits++
		}
		if i > 0 && is(part[i], digit) != is(part[i-1], digit) {
			turns++
		}
	}
	n := len(part)
	switch {
	case digits == 0 || n > 64:
		return false
	case digits == n:
		return n >= 5 || n >= 4 && tilde || itemWords.has(before)
	case tilde:
		return n >= 4
	case n-digits <= 2 && digits >= 6: // h1234567
		return true
	case seen&lower == 0: // P765231C097654
		return digits >= 5
	case allHex(part): // 8f3a2b1c, not decade2020
		return n >= 7 && turns >= 2
	}
	return n >= 7 && turns >= 4 || n >= 8 && turns >= 2 && scoreWord(part) <= -8
}

// itemWords name things that a site has many of. The number after one is an id, and
// so is a code in the segment after one.
var itemWords = words(`product products prod item items article-no sku skus order orders offer offers listing listings ad ads
	p dp gp pd pdp asin isbn ean upc gtin invoice invoices ticket tickets booking bookings reservation reservations shipment
	shipments parcel parcels tracking quote quotes claim claims policy-no artikel artikelnummer produkt produkte produit produits
	producto productos produto produtos prodotto prodotti bestellung bestellungen commande commandes pedido pedidos ordine
	ordini rechnung rechnungen facture factures id nr no num`)

// isItemCode says whether a segment is a code of an item: SKU-0012-XL behind item.
func isItemCode(_ *scan, g *segment) bool {
	if !itemWords.has(g.before) {
		return false
	}
	digits := 0
	for i := range len(g.stem) {
		switch c := g.stem[i]; {
		case is(c, digit):
			digits++
		case !is(c, upper) && c != '-' && c != '_' && c != '.':
			return false
		}
	}
	return digits >= 2 && noLongDigits(g.stem) // else the slug says more: ORD-2024-:id
}

// isErrorPage says whether a segment is the page of a status: 404.html.
func isErrorPage(_ *scan, g *segment) bool {
	return len(g.stem) == 3 && allDigits(g.stem) && (g.stem[0] == '4' || g.stem[0] == '5') &&
		strings.HasPrefix(g.ext, "htm")
}
