package stream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/secret"
)

// namedContext is a context of the nats command: settings under a name, which the
// command keeps as JSON in [natsDirectory].
type namedContext struct {
	Settings
	InboxPrefix string
	APIPrefix   string // of JetStream, with the final dot; "": the usual one
	TLSFirst    bool

	// exposed is a sentence about a file that holds a secret and that every user
	// can read; else "". The nats command reads such a file, so it is no error.
	exposed string
}

// contextFile is the file of a context, as the nats command writes it.
type contextFile struct {
	URL         string `json:"url"`
	Creds       string `json:"creds"`
	NKey        string `json:"nkey"`
	User        string `json:"user"`
	Password    string `json:"password"`
	Token       string `json:"token"`
	UserJWT     string `json:"user_jwt"`
	UserSeed    string `json:"user_seed"`
	Cert        string `json:"cert"`
	Key         string `json:"key"`
	CA          string `json:"ca"`
	SocksProxy  string `json:"socks_proxy"`
	JSDomain    string `json:"jetstream_domain"`
	JSAPIPrefix string `json:"jetstream_api_prefix"`
	InboxPrefix string `json:"inbox_prefix"`
	TLSFirst    bool   `json:"tls_first"`
	NSC         string `json:"nsc"`
	WindowsCert string `json:"windows_cert_store"`
}

// contextSettings are what a context calls the settings, where that differs.
var contextSettings = map[string]string{
	"server": "url", "tlscert": "cert", "tlskey": "key", "tlsca": "ca", "jwt": "user_jwt", "seed": "user_seed",
}

// readContext reads a context by its name, or by the path of its file.
func readContext(context string) (*namedContext, error) {
	fail := func(err error) (*namedContext, error) {
		return nil, fmt.Errorf("NATS context %q: %w", context, err)
	}
	path := context
	if filepath.Ext(path) != ".json" {
		if strings.ContainsAny(context, `/\`) || strings.Contains(context, "..") {
			return fail(fmt.Errorf("invalid name: %s", contextsHint()))
		}
		dir, err := natsDirectory()
		if err != nil {
			return fail(err)
		}
		path = filepath.Join(dir, "context", context+".json")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fail(fmt.Errorf("unknown context %q: %s", context, contextsHint()))
	}
	if err != nil {
		return fail(err)
	}
	var f contextFile
	if err := json.Unmarshal(data, &f); err != nil {
		return fail(fmt.Errorf("%s is not a JSON object as nats context add writes it", path)) // err may quote a secret
	}
	switch {
	case f.NSC != "":
		return fail(errors.New("nsc is not supported: write credentials with nsc generate creds, and name their file as creds"))
	case f.WindowsCert != "":
		return fail(errors.New("windows_cert_store is not supported: set cert and key"))
	}
	c := &namedContext{InboxPrefix: f.InboxPrefix, TLSFirst: f.TLSFirst}
	c.Settings = Settings{
		Servers: f.URL, User: f.User, Password: f.Password, Token: f.Token, JWT: f.UserJWT, Seed: f.UserSeed, Proxy: f.SocksProxy,
		Creds: expandHome(f.Creds), NKey: expandHome(f.NKey), TLSCA: expandHome(f.CA), TLSCert: expandHome(f.Cert), TLSKey: expandHome(f.Key),
		Name: func(setting string) string {
			if own := contextSettings[setting]; own != "" {
				setting = own
			}
			return fmt.Sprintf("%s of NATS context %q", setting, context)
		},
	}
	if f.URL == "" {
		c.Servers = DefaultServer
	}
	if c.holdsSecret() && secret.Exposed(path) {
		c.exposed = fmt.Sprintf("NATS context %q: every user of the machine can read the secret in %s: chmod 600 it", context, path)
	}
	switch {
	case f.JSAPIPrefix != "":
		c.APIPrefix = strings.TrimSuffix(f.JSAPIPrefix, ".") + "."
	case f.JSDomain != "":
		c.APIPrefix = "$JS." + f.JSDomain + ".API."
	}
	return c, nil
}

// holdsSecret reports whether the context has a secret itself, not only the name
// of a file or variable that has it.
func (c *namedContext) holdsSecret() bool {
	return c.hasUserInURL() || slices.ContainsFunc([]string{c.Password, c.Token, c.Seed, c.JWT}, func(s string) bool {
		return s != "" && !strings.Contains(s, "://")
	})
}

// natsDirectory is where the nats command keeps its contexts.
func natsDirectory() (string, error) {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the nats command's contexts: %w", err)
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "nats"), nil
}

// selectedContext is the context that nats context select has chosen, "" if
// there is none.
func selectedContext() string {
	dir, err := natsDirectory()
	if err != nil {
		return ""
	}
	name, err := os.ReadFile(filepath.Join(dir, "context.txt"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// expandHome replaces variables and a leading ~, as the nats command does in the
// paths of a context.
func expandHome(path string) string {
	path = os.ExpandEnv(path)
	if home, err := os.UserHomeDir(); err == nil && (path == "~" || strings.HasPrefix(path, "~/")) {
		path = home + path[1:]
	}
	return path
}

const maxContexts = 10 // in a hint

// contextsHint names the contexts of the nats command to choose from.
func contextsHint() string {
	const none = "create it with nats context add"
	dir, err := natsDirectory()
	if err != nil {
		return none
	}
	files, err := filepath.Glob(filepath.Join(dir, "context", "*.json"))
	if err != nil || len(files) == 0 {
		return none
	}
	var names []string
	for i, f := range files {
		if i == maxContexts {
			names = append(names, "…")
			break
		}
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return "use one of " + strings.Join(names, ", ")
}
