package enrich

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// TestAgentTable reads testdata/agents.txt: real user agents, each after what
// it is: browser with version, operating system, device, traffic.
func TestAgentTable(t *testing.T) {
	text, err := os.ReadFile("testdata/agents.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		want, agent, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok {
			continue // a heading
		}
		n++
		c := classify(agent)
		if got := fmt.Sprintf("%s, %s, %s, %s", c.Version, c.OS, c.Device, c.Traffic); got != want {
			t.Errorf("%s\n got %s\nwant %s", agent, got, want)
		}
	}
	if n < 150 {
		t.Errorf("%d agents", n)
	}
}

// Names of bots and monitors, in the agents of browsers and alone.
func TestTrafficByName(t *testing.T) {
	const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	for class, names := range map[beacon.TrafficClass][]string{
		beacon.Synthetics: {"DatadogSynthetics", "Elastic/Synthetics", "PTST/241030", "GTmetrix", "NewRelicSynthetics/1.0", "RuxitSynthetic/1.0 v123 t456",
			"Site24x7", "Catchpoint", "CloudWatchSynthetics/arn:aws:synthetics", "PingdomTMS/0.8.5", "PingdomPageSpeed/1.0", "PhantomJS/2.1.1", "Cypress/13.1.0",
			"jsdom/22.1.0", "Playwright/1.40", "Puppeteer", "Selenium", "Checkly/1.0 (https://www.checklyhq.com)", "UptimeRobot/2.0", "StatusCake",
			"Better Uptime Bot", "SpeedCurve/4.0", "Calibre/1.0", "DebugBear", "Uptrends", "Splunk Synthetics", "Grafana k6 browser", "k6/0.50.0 (https://k6.io/)",
			"AppDynamics Synthetic", "ThousandEyes/1.0", "Chrome-Lighthouse", "HappyDOM/14.0", "sitespeed.io/35", "Dotcom-Monitor"},
		beacon.Bots: {"Google-InspectionTool/1.0", "GoogleOther", "Storebot-Google/1.0", "Screaming Frog SEO Spider/20.0", "GPTBot/1.2", "ClaudeBot/1.0",
			"PerplexityBot/1.0", "(compatible; Bytespider; spider-feedback@bytedance.com)", "facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0", "Applebot/0.1",
			"bingbot/2.0", "YandexBot/3.0;", "Baiduspider/2.0", "AhrefsBot/7.0;", "Claude-User/1.0", "ChatGPT-User/1.0", "OAI-SearchBot/1.0;", "Twitterbot/1.0",
			"LinkedInBot/1.0", "Pinterestbot/1.0", "SemrushBot-BA", "DuckAssistBot/1.2", "PetalBot;+https://webmaster.petalsearch.com/", "meta-externalagent/1.1",
			"VKRobot/1.0", "Sogou web spider/4.0", "Amazonbot/0.1", "CCBot/2.0", "TikTokSpider", "360Spider", "James BOT", "DotBot/1.2", "Discordbot/2.0",
			"TelegramBot (like TwitterBot)", "archive.org_bot", "(+https://crawler.example/about)", "Acunetix", "Qualys"},
		beacon.People: {"", "[Pinterest/iOS]", "Instagram 300.0.0.0", "[FBAN/FBIOS;FBAV/440.0]", "Slack/4.35.131 Electron/28.0", "Line/13.1.0", "SpiderSolitaire/1.2",
			"Spider Solitaire 1.2", "BottleApp/3", "Robotics Online/2", "CrawlSpace VR/1", "MicroMessenger/8.0.4", "GSA/344.0", "OPR/120.0", "Snapchat/12.1", "WhatsApp Desktop"},
	} {
		for _, name := range names {
			agents := []string{browser + " " + name}
			if class != beacon.People {
				agents = append(agents, name)
			}
			for _, agent := range agents {
				if got := classify(agent); got.Traffic != class || got.Device == Bot != (class == beacon.Bots) {
					t.Errorf("%s: %s, device %s, want %s", agent, got.Traffic, got.Device, class)
				}
			}
		}
	}
	for agent, want := range map[string]beacon.TrafficClass{
		"WhatsApp/2.23.20.0 A": beacon.Bots, "curl/8.5.0": beacon.People, "python-requests/2.31": beacon.People, "Go-http-client/1.1": beacon.People,
		"okhttp/4.12.0": beacon.People, "node": beacon.People, "Shop/341 CFNetwork/1494 Darwin/23.4": beacon.People, "sentry.java.android/7.2.0": beacon.People,
	} {
		if got := classify(agent).Traffic; got != want {
			t.Errorf("%s: %s, want %s", agent, got, want)
		}
	}
}
