//go:build e2e

// Package agent tests the browser agent in Debian's Chromium: pages on one origin,
// a recording collector on another.
package agent

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAgent(t *testing.T) {
	b := startBrowser(t)
	for _, scenario := range []struct {
		name string
		play func(*testing.T, *harness)
	}{
		{"load", load},
		{"timer", timer},
		{"blocked click", blockedClick},
		{"layout shift", layoutShift},
		{"hidden shown hidden", hiddenAgain},
		{"long task", longTask},
		{"uncaught error", uncaughtError},
		{"unhandled rejections", unhandledRejections},
		{"missing resource", missingResource},
		{"emoji at the cut", emojiAtTheCut},
		{"error burst", errorBurst},
		{"errors before the agent", earlyErrors},
		{"fetch", fetches},
		{"xhr", xhrs},
		{"request cap", requestCap},
		{"calls", calls},
		{"calls before the agent", earlyCalls},
		{"route", route},
		{"hash route", hashRoute},
		{"back forward cache", backForwardCache},
		{"navigated away", navigatedAway},
		{"closed", closed},
		{"unsampled", unsampled},
		{"sampled", sampled},
		{"session", session},
		{"global privacy control", globalPrivacyControl},
		{"do not track", doNotTrack},
		{"consent required", consentRequired},
		{"consent none", consentNone},
		{"consent withdrawn", consentWithdrawn},
		{"busy collector", busyCollector},
		{"refusing collector", refusingCollector},
		{"collector down", collectorDown},
		{"next page", nextPage},
		{"offline", offline},
		{"bare browser", bareBrowser},
		{"prefix", keyInPath},
	} {
		t.Run(scenario.name, func(t *testing.T) { scenario.play(t, newHarness(t, b)) })
	}
}

// startBrowser starts the Chromium of all scenarios.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Headless Chromium has no back/forward cache by default.
		chromedp.Flag("enable-features", "BackForwardCache"),
	)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium (apt-get install chromium): %v", err)
	}
	return ctx
}
