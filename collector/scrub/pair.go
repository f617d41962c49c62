package scrub

import "strings"

// secretName says whether the name of a pair promises a secret value.
func secretName(name string) bool {
	n := strings.ToLower(name)
	return strings.Contains(n, "password") || strings.Contains(n, "secret") || strings.HasSuffix(n, "token")
}
