package secret

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// unnamed stands for a server whose URL cannot be read: what looks like its
// host may be a part of a password.
const unnamed = "a server whose URL cannot be read"

// Server names the servers of a list of URLs by scheme, host and port. It is
// what leaves the process about a server: users, passwords and tokens, paths
// and queries stay. A list that cannot be read has no name at all.
func Server(list string) string {
	urls, err := ParseServers(list)
	if err != nil {
		return unnamed
	}
	names := make([]string, len(urls))
	for i, u := range urls {
		names[i] = u.Scheme + "://" + u.Host
	}
	return strings.Join(names, ", ")
}

// Why a URL cannot be read. None of them quotes it.
var (
	errCharacters = errors.New("a character that a URL does not allow, or a wrong port")
	errHost       = errors.New("no host, or one with characters that no host has")
	errPort       = errors.New("a port that is not from 1 to 65535")
	errAt         = errors.New("an @ behind the host: a / ? or # of a password ends the host")
	errComma      = errors.New("a comma within a user part, or servers without a scheme")
)

// ParseServers reads URLs that are separated by commas, as the nats command
// does: a URL without a scheme is nats://, empty ones are left out. It is strict
// where a misread URL would show a password as a host. Its errors quote nothing.
func ParseServers(list string) ([]*url.URL, error) {
	var urls []*url.URL
	user := true // the URL before has one
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if !strings.Contains(text, "://") {
			if !user && strings.Contains(text, "@") {
				return nil, errComma
			}
			text = "nats://" + text
		}
		u, err := parseServer(text)
		if err != nil {
			return nil, err
		}
		urls, user = append(urls, u), u.User != nil
	}
	if len(urls) == 0 && strings.TrimSpace(list) != "" {
		return nil, errHost
	}
	return urls, nil
}

func parseServer(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errCharacters
	}
	if strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return nil, errAt
	}
	if host := u.Hostname(); host == "" || strings.ContainsFunc(host, isOutsideHost) {
		return nil, errHost
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, errPort
		}
	}
	return u, nil
}

func isOutsideHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:%", r)
}

var (
	// webSocket is a WebSocket URL, whose query may hold a token.
	webSocket = regexp.MustCompile(`(?i)\b(wss?://[^\s/?#"',]*)[/?#][^\s"',]*`)
	// noPort is what stands in place of a port: a password whose host is missing.
	noPort = regexp.MustCompile(`(://[^\s/:?#"',[]*):[^\d\s"',][^\s"',]*`)
)

// Text is a sentence without the user parts of the URLs in it: an error that
// quotes what a person typed, or the note of an older snapshot. It goes by the
// last @ before the next URL, since a password may hold any character.
func Text(s string) string {
	const mark = "://"
	if !strings.Contains(s, mark) {
		return s
	}
	parts := strings.Split(s, mark)
	for i := 1; i < len(parts); i++ {
		parts[i] = parts[i][strings.LastIndexByte(parts[i], '@')+1:]
	}
	return noPort.ReplaceAllString(webSocket.ReplaceAllString(strings.Join(parts, mark), "$1"), "$1")
}
