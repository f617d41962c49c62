package enrich

import "strings"

// The tables read what vendors document of their agents: MDN's "Browser
// detection using the user agent", Chromium's "User-Agent reduction", Amazon's
// page on Silk, Google's on Chrome for iOS. Parsers that were tried take
// WebKit's build for a version, or an iPhone in desktop mode for a Mac.

// browsers are the tokens of browsers with a name of their own, in the order
// in which they decide: a browser that is built on another names that, too.
var browsers = [...]struct{ token, family string }{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"Edge/", "Edge"},
	{"OPR/", "Opera"}, {"OPX/", "Opera"}, {"OPT/", "Opera"}, {"OPiOS/", "Opera"},
	{"Opera Mini/", "Opera Mini"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"Vivaldi/", "Vivaldi"},
	{"FxiOS/", "Firefox"}, {"Focus/", "Firefox"}, {"Klar/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"MSIE ", "Internet Explorer"},
	{"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Chromium/", "Chrome"},
	{"Firefox/", "Firefox"},
}

// browserOf names a browser, or the engine of a less common one and of an app:
// a made-up user agent must not become a value of the dimension. Engines on
// Apple's systems are Safari's, in the version that the browser or the system
// says: WebKit's build number is no version.
func browserOf(agent, system string) (family string, major int) {
	for _, b := range browsers {
		if strings.Contains(agent, b.token) {
			return b.family, majorAfter(agent, b.token)
		}
	}
	switch {
	case strings.HasPrefix(agent, "Opera/"):
		if major = majorAfter(agent, "Version/"); major == 0 {
			major = majorAfter(agent, "Opera/")
		}
		return "Opera", major
	case strings.Contains(agent, "Trident/"):
		return "Internet Explorer", majorAfter(agent, "rv:")
	case !strings.Contains(agent, "AppleWebKit/"):
		return other, 0
	case system == iOS || system == macOS || strings.Contains(agent, "PlayStation"):
		return "Safari", safariVersion(agent, system)
	}
	return other, 0
}

// safariVersion is the version of Safari or, in an app on iOS, that of the
// system, 0 if it is not known: desktop agents freeze the system's.
func safariVersion(agent, system string) int {
	if v := majorAfter(agent, "Version/"); v > 0 || system != iOS {
		return v
	}
	if v := majorAfter(agent, "iPhone OS "); v > 0 {
		return v
	}
	return majorAfter(agent, "CPU OS ")
}

// The operating systems.
const (
	iOS     = "iOS"
	macOS   = "macOS"
	android = "Android"
	windows = "Windows"
	linux   = "Linux"
	chrome  = "ChromeOS"
)

// iosTokens are of apps that exist on iOS, not on a Mac: in desktop mode the
// rest of their agents is a Mac's.
var iosTokens = []string{"CriOS/", "EdgiOS/", "FxiOS/", "OPiOS/", "OPT/", "GSA/", "Focus/", "Klar/", "DuckDuckGo/", "YaApp_iOS", "[FBAN/", "[FBAV/", "Instagram "}

// systems are the tokens of operating systems, in the order in which they
// decide.
var systems = [...]struct{ token, system string }{
	{"Windows Phone", windows}, {"Tizen", "Tizen"}, {"Web0S", "webOS"}, {"webOS", "webOS"},
	{"KAIOS/", "KaiOS"}, {"HarmonyOS", "HarmonyOS"}, {"OpenHarmony", "HarmonyOS"}, {"CrOS ", chrome},
	{"iPhone", iOS}, {"iPad", iOS}, {"iPod", iOS},
	{"Silk/", android}, {"Android", android},
	{"Windows", windows}, {"Macintosh", macOS}, {"Mac OS X", macOS}, {"Linux", linux}, {"X11", linux}, {"linux", linux},
}

func systemOf(agent string) string {
	for _, s := range systems {
		if !strings.Contains(agent, s.token) {
			continue
		}
		if s.system == macOS && containsAny(agent, iosTokens) {
			return iOS
		}
		return s.system
	}
	return other
}

// Marks of devices.
var (
	screens = []string{"TV", "Tizen", "Web0S", "NetCast", "CrKey/", "BRAVIA", "; AFT", "PlayStation", "Nintendo", "Xbox", "VIDAA", "Roku"}
	phones  = []string{"Mobi", "iPhone", "iPod", "Windows Phone", "KAIOS/"}
	tablets = []string{"iPad", "Tablet", "Kindle"}
)

// deviceOf is the class of a device. An Android phone says Mobile, a tablet does
// not; a Mac with an app of iOS is an iPad.
func deviceOf(agent, system string) string {
	switch {
	case containsAny(agent, screens) && !strings.Contains(agent, "iPhone"):
		return Other
	case containsAny(agent, tablets) && system != windows:
		return Tablet
	case containsAny(agent, phones):
		return Mobile
	case system == android, system == "HarmonyOS", system == iOS:
		return Tablet
	case system == windows, system == macOS, system == linux, system == chrome:
		return Desktop
	}
	return Other
}
