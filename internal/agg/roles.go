package agg

import "github.com/rumtop/rumtop/internal/beacon"

// Roles are the bits of Chunk.TotalRoles and Chunk.SegmentRoles: what a row
// counts as among the rows that pass the current filter. Bit i of the lower five
// says that the row holds its view's last value of beacon.Vitals[i].
//
// The byte is full with five vitals. A sixth needs wider columns here and in
// Chunk, two bytes a row more in memory, and RoleView moves up.
const (
	roleView    = 1 << 5 // its view is counted at this row
	roleErrored = 1 << 6 // its view's first error
	rolePasses  = 1 << 7 // it passes the filter

	roleVitals = roleView - 1
)

// No more vitals than bits below roleView.
const _ = uint(5 - len(beacon.Vitals))

// standaloneRoles are the roles of a row without a view, which is counted by
// itself: as a view if it is a navigation, as an errored view if it has an error.
func standaloneRoles(flags, vitalMask uint8) uint8 {
	roles := uint8(rolePasses)
	if flags&beacon.FlagUnsampled == 0 {
		roles |= vitalMask
		if flags&beacon.FlagNavigation != 0 {
			roles |= roleView
		}
	}
	if flags&hasErrors != 0 {
		roles |= roleErrored
	}
	return roles
}
