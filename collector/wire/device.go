package wire

import "strings"

// deviceOf is the class of a device, as [Beacon.Device]: by the kind that an SDK
// of a native app names, else by the names of the device's family and model; "" if
// neither says it.
func deviceOf(kind, model string) string {
	switch kind = strings.ToLower(kind); kind {
	case "mobile", "tablet", "desktop":
		return kind
	case "phone", "smartphone", "handset":
		return "mobile"
	case "tv", "watch", "gaming_console", "game_console", "console", "wearable":
		return "other"
	}
	model = " " + strings.ToLower(model)
	for _, row := range deviceWords {
		for _, word := range row.words {
			if strings.Contains(model, " "+word) {
				return row.class
			}
		}
	}
	return ""
}

// deviceWords are the beginnings of words in models' names, the most specific
// first. iPhone15,2 and AppleTV14,1 are identifiers of Apple's models.
var deviceWords = []struct {
	class string
	words []string
}{
	{"other", []string{"apple tv", "appletv", "watch", "bravia", "shield", "chromecast", "aft", "realitydevice"}},
	{"tablet", []string{"ipad", "tablet", "galaxy tab", "sm-t", "sm-x", "kindle", "kf", "mediapad", "matepad", "nexus 7", "nexus 9", "nexus 10"}},
	{"desktop", []string{"mac", "imac", "windows", "desktop"}},
	{"mobile", []string{"iphone", "ipod", "pixel", "galaxy", "sm-", "redmi", "oneplus", "xiaomi", "huawei", "moto", "nokia", "phone"}},
}

// isMobileSystem reports whether an operating system is one of phones and tablets.
func isMobileSystem(name string) bool {
	switch strings.ToLower(name) {
	case "ios", "ipados", "android":
		return true
	}
	return false
}
