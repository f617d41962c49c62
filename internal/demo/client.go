package demo

type engine uint8

const (
	blink engine = iota
	webkit
	gecko
)

type class uint8

const (
	desktop class = iota
	mobile
	tablet
)

// client is a browser on a class of device. The collector knows only its
// User-Agent header.
type client struct {
	userAgent string
	engine    engine
	class     class
	major     int
	cpu       float64             // slowness of its main thread relative to a good desktop's
	share     [numRegions]float64 // weight among the region's users
}

// WebKit measures LCP and INP since 19, only Blink measures CLS.
func (c *client) measuresLCP() bool { return c.engine != webkit || c.major >= 19 }
func (c *client) measuresINP() bool { return c.engine != webkit || c.major >= 19 }
func (c *client) measuresCLS() bool { return c.engine == blink }

// knowsConnection: only Blink reports the connection type.
func (c *client) knowsConnection() bool { return c.engine == blink }

// isSafari18 reports whether a release with the defect blankPage does not run.
func (c *client) isSafari18() bool { return c.engine == webkit && c.major == 18 }

// isSafari is true for every WebKit client, since all in the list are Safari.
func (c *client) isSafari() bool { return c.engine == webkit }

const (
	appleKit  = " AppleWebKit/605.1.15 (KHTML, like Gecko) "
	chromeKit = " AppleWebKit/537.36 (KHTML, like Gecko) "
)

// The columns of share are those of regions: eu-west, eu-central, us-east, us-west, ap-south.
var clients = [...]client{
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)" + appleKit + "Version/19.0 Mobile/15E148 Safari/604.1",
		webkit, mobile, 19, 1.3, [numRegions]float64{26, 23, 27, 28, 4}},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)" + appleKit + "Version/18.6 Mobile/15E148 Safari/604.1",
		webkit, mobile, 18, 1.5, [numRegions]float64{7, 6, 8, 8, 2}},
	{"Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X)" + appleKit + "Version/19.0 Mobile/15E148 Safari/604.1",
		webkit, tablet, 19, 1.3, [numRegions]float64{3, 3, 3, 3, 1}},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + appleKit + "Version/19.0 Safari/605.1.15",
		webkit, desktop, 19, 0.9, [numRegions]float64{8, 7, 10, 12, 1}},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + appleKit + "Version/18.5 Safari/605.1.15",
		webkit, desktop, 18, 1.0, [numRegions]float64{2, 2, 2, 3, 0.5}},
	{"Mozilla/5.0 (Linux; Android 10; K)" + chromeKit + "Chrome/142.0.0.0 Mobile Safari/537.36",
		blink, mobile, 142, 1.8, [numRegions]float64{20, 22, 14, 12, 50}},
	{"Mozilla/5.0 (Linux; Android 10; K)" + chromeKit + "Chrome/141.0.0.0 Mobile Safari/537.36",
		blink, mobile, 141, 2.2, [numRegions]float64{3, 3, 2, 2, 12}},
	{"Mozilla/5.0 (Linux; Android 10; K)" + chromeKit + "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
		blink, mobile, 29, 1.9, [numRegions]float64{4, 5, 3, 2, 8}},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + chromeKit + "Chrome/142.0.0.0 Safari/537.36",
		blink, desktop, 142, 1.0, [numRegions]float64{13, 13, 16, 13, 14}},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + chromeKit + "Chrome/142.0.0.0 Safari/537.36",
		blink, desktop, 142, 0.8, [numRegions]float64{5, 4, 7, 9, 1}},
	{"Mozilla/5.0 (X11; Linux x86_64)" + chromeKit + "Chrome/142.0.0.0 Safari/537.36",
		blink, desktop, 142, 1.0, [numRegions]float64{1, 1, 1, 1, 2}},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + chromeKit + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
		blink, desktop, 142, 1.0, [numRegions]float64{6, 6, 6, 4, 2}},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
		gecko, desktop, 145, 1.1, [numRegions]float64{3, 7, 2, 2, 1}},
	{"Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
		gecko, mobile, 145, 1.9, [numRegions]float64{1, 2, 0.5, 0.5, 1}},
}
