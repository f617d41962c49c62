package stream

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/rumtop/rumtop/internal/testwait"
)

// The sources of a test: of the command line, two kinds of variables, and the file.
var testSources = [...]Settings{
	{Name: func(s string) string { return "--" + s }},
	{Origin: FromEnvironment, Name: func(s string) string { return "RUMTOP " + s }},
	{Origin: FromEnvironment, Name: func(s string) string { return "NATS " + s }},
	{Origin: FromFile, Name: func(s string) string { return s + " in config.yaml" }},
}

// connects is who would connect where, as the options of nats.go have it.
func connects(t *testing.T, sources ...Settings) (options nats.Options, c choice) {
	t.Helper()
	c, err := ConnectOptions{Sources: sources}.choose()
	if err != nil {
		t.Fatal(err)
	}
	set, err := c.natsOptions()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range set {
		if err := o(&options); err != nil {
			t.Fatal(err)
		}
	}
	return options, c
}

// userKey is the seed of a user, and its public key.
func userKey(t *testing.T) (seed []byte, public string) {
	t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	if public, err = key.PublicKey(); err != nil {
		t.Fatal(err)
	}
	if seed, err = key.Seed(); err != nil {
		t.Fatal(err)
	}
	return seed, public
}

const testJWT = "eyJjcmVkcyI6MX0"

// userCreds is a file of credentials with testJWT.
func userCreds(t *testing.T) []byte {
	seed, _ := userKey(t)
	return fmt.Appendf(nil, "-----BEGIN NATS USER JWT-----\n%s\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n%s\n------END USER NKEY SEED------\n", testJWT, seed)
}

// hasJWT reports whether the options connect with a JWT.
func hasJWT(o *nats.Options, jwt string) bool {
	if o.UserJWT == nil || o.SignatureCB == nil {
		return false
	}
	got, err := o.UserJWT()
	return err == nil && got == jwt
}

// alternative is one way to name a server or a user, and how it is recognised.
type alternative struct {
	name string
	set  func(s *Settings, source int)
	is   func(o *nats.Options, source int) bool
}

func serverURL(source int) string { return fmt.Sprintf("nats://server%d.example", source) }

// eachPair calls check for each source with each lower one, and each alternative
// above each.
func eachPair(alternatives []alternative, check func(high, low int, above, below alternative, sources []Settings)) {
	for high := range testSources {
		for low := high + 1; low < len(testSources); low++ {
			for _, above := range alternatives {
				for _, below := range alternatives {
					sources := slices.Clone(testSources[:])
					above.set(&sources[high], high)
					below.set(&sources[low], low)
					check(high, low, above, below, sources)
				}
			}
		}
	}
}

// All pairs of sources and of alternatives: the higher source's applies alone.
func TestServerFromHigherSourceApplies(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	for i := range testSources {
		natsContext(t, home, fmt.Sprint("context", i), map[string]any{"url": fmt.Sprintf("nats://context%d.example", i), "user": fmt.Sprint("of", i), "password": "p"})
	}
	natsContext(t, home, "selected", map[string]any{"url": "nats://selected.example", "user": "selected", "password": "p"})
	write(t, filepath.Join(home, "nats", "context.txt"), []byte("selected\n"), 0o600)
	alternatives := []alternative{
		{"server", func(s *Settings, i int) { s.Servers = serverURL(i) },
			func(o *nats.Options, i int) bool { return o.Servers[0] == serverURL(i) && o.User == "" }},
		{"context", func(s *Settings, i int) { s.Context = fmt.Sprint("context", i) },
			func(o *nats.Options, i int) bool {
				return o.Servers[0] == fmt.Sprintf("nats://context%d.example", i) && o.User == fmt.Sprint("of", i)
			}},
	}
	eachPair(alternatives, func(high, low int, above, below alternative, sources []Settings) {
		o, c := connects(t, sources...)
		if len(o.Servers) != 1 || !above.is(&o, high) {
			t.Errorf("%s of source %d over %s of source %d: %q as %q", above.name, high, below.name, low, o.Servers, o.User)
		}
		want := ""
		if sources[high].Origin == FromEnvironment && sources[low].Origin == FromFile {
			want = sources[high].name(above.name) + " overrides " + sources[low].name(below.name)
		}
		if c.overrides != want {
			t.Errorf("%s of source %d over %s of source %d says %q, want %q", above.name, high, below.name, low, c.overrides, want)
		}
	})
	if o, _ := connects(t, testSources[:]...); o.Servers[0] != "nats://selected.example" || o.User != "selected" {
		t.Errorf("nothing set: %q as %q, want the selected context", o.Servers, o.User)
	}
}

func TestUserFromHigherSourceApplies(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	seed, public := userKey(t)
	creds := write(t, "user.creds", userCreds(t), 0o600)
	nkey := write(t, "user.nk", seed, 0o600)
	for i := range testSources {
		natsContext(t, home, fmt.Sprint("context", i), map[string]any{"url": serverURL(0), "user": fmt.Sprint("context", i), "password": "p"})
	}
	alternatives := []alternative{
		{"creds", func(s *Settings, _ int) { s.Creds = creds }, func(o *nats.Options, _ int) bool { return hasJWT(o, testJWT) }},
		{"nkey", func(s *Settings, _ int) { s.NKey = nkey }, func(o *nats.Options, _ int) bool { return o.Nkey == public }},
		{"user", func(s *Settings, i int) { s.User, s.Password = fmt.Sprint("user", i), "p" }, func(o *nats.Options, i int) bool { return o.User == fmt.Sprint("user", i) }},
		{"token", func(s *Settings, i int) { s.Token = fmt.Sprint("token", i) }, func(o *nats.Options, i int) bool { return o.Token == fmt.Sprint("token", i) }},
		{"jwt", func(s *Settings, _ int) { s.JWT, s.Seed = "e30", string(seed) }, func(o *nats.Options, _ int) bool { return hasJWT(o, "e30") }},
		{"in the URL", func(s *Settings, i int) { s.Servers = fmt.Sprintf("nats://url%d:p@server.example", i) }, func(o *nats.Options, i int) bool {
			return o.Servers[0] == fmt.Sprintf("nats://url%d:p@server.example", i)
		}},
		{"of the context", func(s *Settings, i int) { s.Context = fmt.Sprint("context", i) }, func(o *nats.Options, i int) bool { return o.User == fmt.Sprint("context", i) }},
	}
	eachPair(alternatives, func(high, low int, above, below alternative, sources []Settings) {
		o, _ := connects(t, sources...)
		for _, other := range alternatives {
			if applies := other.is(&o, high) || other.is(&o, low); applies != (other.name == above.name) {
				t.Errorf("%s of source %d over %s of source %d: %s applies: %v", above.name, high, below.name, low, other.name, applies)
			}
		}
		if !above.is(&o, high) || above.name != "in the URL" && strings.Contains(o.Servers[0], "@") {
			t.Errorf("%s of source %d over %s of source %d: got %+v", above.name, high, below.name, low, o)
		}
	})
}

// A context's user goes to no other server, unless one source names both.
func TestContextUserStaysWithItsServer(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	natsContext(t, home, "prod", map[string]any{"url": "nats://prod.example", "token": "hunter2", "jetstream_domain": "hub", "inbox_prefix": "_prod", "socks_proxy": "socks5://proxy.example:1080"})
	natsContext(t, home, "bare", map[string]any{"url": "nats://bare.example"})
	write(t, filepath.Join(home, "nats", "context.txt"), []byte("prod"), 0o600)
	for _, c := range []struct {
		name          string
		sources       []Settings
		server, token string
	}{
		{"selected", nil, "nats://prod.example", "hunter2"},
		{"selected, another server", []Settings{{Servers: "nats://staging.example"}}, "nats://staging.example", ""},
		{"in the file, another server", []Settings{{Servers: "nats://staging.example"}, {Context: "prod"}}, "nats://staging.example", ""},
		{"server and context at once", []Settings{{Servers: "nats://staging.example", Context: "prod"}}, "nats://staging.example", "hunter2"},
		{"over the file's token", []Settings{{Context: "prod"}, {Servers: "nats://staging.example", Token: "staging"}}, "nats://prod.example", "hunter2"},
		{"without a user", []Settings{{Context: "bare"}, {Token: "file"}}, "nats://bare.example", "file"},
		{"selected, with a token", []Settings{{Token: "variable"}}, "nats://prod.example", "variable"},
	} {
		o, chosen := connects(t, c.sources...)
		if len(o.Servers) != 1 || o.Servers[0] != c.server || o.Token != c.token {
			t.Errorf("%s: %q with %q, want %q with %q", c.name, o.Servers, o.Token, c.server, c.token)
		}
		if of := chosen.context != nil && chosen.context.APIPrefix != ""; of != (o.InboxPrefix != "") || of != (o.CustomDialer != nil) {
			t.Errorf("%s: the context's domain, inbox and proxy apply apart", c.name)
		}
	}
}

func TestSettingsThatContradict(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	file := testSources[3]
	file.Creds, file.Token = "a.creds", "hunter2"
	half := testSources[2]
	half.TLSKey = "key.pem"
	password := testSources[2]
	password.Password = "hunter2"
	seedless := testSources[2]
	seedless.JWT, seedless.Seed = "e30", "hunter2"
	proxy := testSources[2]
	proxy.Proxy = "socks5://u:hunter2@%zz"
	for want, sources := range map[string][]Settings{
		"creds in config.yaml and token in config.yaml: both are set: set only one":                 {file},
		"NATS tlscert and NATS tlskey: only one is set: set both or none":                           {half, {TLSCert: "a", TLSKey: "b"}},
		"NATS password is set without NATS user: set both":                                          {password},
		"NATS seed: not a seed: it starts with SU":                                                  {seedless},
		"NATS socks_proxy: not a URL of a SOCKS proxy: use one such as socks5://proxy.example:1080": {proxy},
	} {
		if got := refused(t, ConnectOptions{Sources: sources}); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	// A password alone is that of the user from elsewhere.
	o, _ := connects(t, password, Settings{User: "u", Password: "old"})
	if o.User != "u" || o.Password != "hunter2" {
		t.Errorf("%q %q", o.User, o.Password)
	}
}

// A context is read whatever its permissions, as by the nats command; that
// everybody can read the secret in it is said.
func TestContextOpenToAllSaid(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	for name, c := range map[string]struct {
		fields map[string]any
		mode   os.FileMode
		said   bool
	}{
		"password": {map[string]any{"user": "u", "password": "hunter2"}, 0o644, true},
		"token":    {map[string]any{"token": "hunter2"}, 0o604, true},
		"seed":     {map[string]any{"user_jwt": "e30", "user_seed": "hunter2"}, 0o644, true},
		"url":      {map[string]any{"url": "nats://hunter2@nats.example"}, 0o644, true},
		"closed":   {map[string]any{"token": "hunter2"}, 0o600, false},
		"group":    {map[string]any{"token": "hunter2"}, 0o640, false},
		"variable": {map[string]any{"token": "env://SHOP_TOKEN"}, 0o644, false},
		"file":     {map[string]any{"user": "u", "password": "file:///run/secrets/p"}, 0o644, false},
		"creds":    {map[string]any{"creds": "/run/secrets/shop.creds"}, 0o644, false},
	} {
		natsContext(t, home, name, c.fields)
		file := filepath.Join(home, "nats", "context", name+".json")
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		want := ""
		if c.said {
			want = fmt.Sprintf("NATS context %q: every user of the machine can read the secret in %s: chmod 600 it", name, file)
		}
		if got := flags(Settings{Context: name}).Exposed(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What the nats command reads from a context is read, or refused in a sentence.
func TestContextFields(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("SHOP_TOKEN", "hunter2")
	seed, _ := userKey(t)
	write(t, filepath.Join(home, "user.creds"), userCreds(t), 0o600)
	write(t, filepath.Join(home, "token"), []byte("hunter2\n"), 0o600)
	ca, _ := authority(t)
	for name, c := range map[string]struct {
		fields map[string]any
		want   string // of an error; "": it works
		is     func(o *nats.Options, c *namedContext) bool
	}{
		"token":     {map[string]any{"token": "hunter2"}, "", func(o *nats.Options, _ *namedContext) bool { return o.Token == "hunter2" }},
		"variable":  {map[string]any{"token": "env://SHOP_TOKEN"}, "", func(o *nats.Options, _ *namedContext) bool { return o.Token == "hunter2" }},
		"in a file": {map[string]any{"user": "u", "password": "file://~/token"}, "", func(o *nats.Options, _ *namedContext) bool { return o.Password == "hunter2" }},
		"home":      {map[string]any{"creds": "~/user.creds"}, "", func(o *nats.Options, _ *namedContext) bool { return hasJWT(o, testJWT) }},
		"HOME":      {map[string]any{"creds": "$HOME/user.creds"}, "", func(o *nats.Options, _ *namedContext) bool { return o.UserJWT != nil }},
		"jwt":       {map[string]any{"user_jwt": "e30", "user_seed": string(seed)}, "", func(o *nats.Options, _ *namedContext) bool { return o.SignatureCB != nil }},
		"bearer":    {map[string]any{"user_jwt": "e30"}, "", func(o *nats.Options, _ *namedContext) bool { return o.UserJWT != nil }},
		"ca":        {map[string]any{"ca": ca}, "", func(o *nats.Options, _ *namedContext) bool { return o.RootCAsCB != nil }},
		"first":     {map[string]any{"tls_first": true}, "", func(o *nats.Options, _ *namedContext) bool { return o.TLSHandshakeFirst }},
		"prefix":    {map[string]any{"jetstream_api_prefix": "JS.hub.API"}, "", func(_ *nats.Options, c *namedContext) bool { return c.APIPrefix == "JS.hub.API." }},
		"domain":    {map[string]any{"jetstream_domain": "hub"}, "", func(_ *nats.Options, c *namedContext) bool { return c.APIPrefix == "$JS.hub.API." }},
		"inbox":     {map[string]any{"inbox_prefix": "_me"}, "", func(o *nats.Options, _ *namedContext) bool { return o.InboxPrefix == "_me" }},
		"socks":     {map[string]any{"socks_proxy": "socks5://u:hunter2@proxy.example:1080"}, "", func(o *nats.Options, _ *namedContext) bool { return o.CustomDialer != nil }},
		"nsc":       {map[string]any{"nsc": "nsc://o/a/u"}, `NATS context "nsc": nsc is not supported: write credentials with nsc generate creds, and name their file as creds`, nil},
		"nscCreds":  {map[string]any{"creds": "nsc://o/a/hunter2"}, `creds of NATS context "nscCreds": not a file: name one, other references are not supported`, nil},
		"op":        {map[string]any{"token": "op://vault/hunter2"}, `token of NATS context "op": op:// is not supported: use credentials in a file`, nil},
		"windows":   {map[string]any{"windows_cert_store": "user"}, `NATS context "windows": windows_cert_store is not supported: set cert and key`, nil},
		"unset":     {map[string]any{"token": "env://NOWHERE"}, `token of NATS context "unset": it refers to a variable that is not set`, nil},
		"half":      {map[string]any{"cert": ca}, `cert of NATS context "half" and key of NATS context "half": only one is set: set both or none`, nil},
		"garbled":   {map[string]any{"url": []string{"hunter2"}}, `NATS context "garbled": ` + filepath.Join(home, "nats", "context", "garbled.json") + " is not a JSON object as nats context add writes it", nil},
	} {
		natsContext(t, home, name, c.fields)
		if c.want != "" {
			if got := refused(t, flags(Settings{Context: name})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			continue
		}
		if o, chosen := connects(t, Settings{Context: name}); !c.is(&o, chosen.context) || o.Servers[0] != DefaultServer {
			t.Errorf("%s is not read: %+v", name, o)
		}
	}
	for _, name := range []string{"a/b", "..", `a\b`} {
		if got := refused(t, flags(Settings{Context: name})); !strings.Contains(got, "invalid name") {
			t.Error(got)
		}
	}
	write(t, filepath.Join(home, "nats", "context.txt"), []byte("gone"), 0o600)
	if got := refused(t, ConnectOptions{}); !strings.Contains(got, `unknown context "gone"`) {
		t.Error(got)
	}
}

// No password reaches an error, whichever characters it has and wherever the URL
// came from; the error says where that was.
func TestServerErrorsQuoteNoPassword(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	for _, special := range []string{"%", "/", "#", "?", "[", "]", "^", " ", "\\", "|", "{", "\"", "`", "<", "é", "\x01", "\n", "%zz", ",", "://"} {
		for _, pattern := range []string{"nats://u:hun%ster2@127.0.0.1:1", "nats://hun%ster2@127.0.0.1:1", "tls://a:1, nats://u:hun%ster2@127.0.0.1:1", "u:hun%ster2@127.0.0.1:1", "ws://u:hun%ster2@127.0.0.1:1"} {
			list := strings.Replace(pattern, "%s", special, 1)
			natsContext(t, home, "prod", map[string]any{"url": list})
			for i := range len(testSources) + 1 {
				source := Settings{Context: "prod"}
				want := `url of NATS context "prod"`
				if i < len(testSources) {
					source = testSources[i]
					source.Servers = list
					want = source.name("server")
				}
				got := refused(t, flags(source))
				if strings.Contains(got, "hun") || strings.Contains(got, "ter2") {
					t.Errorf("%q: %s", list, got)
				}
				if readable := strings.HasPrefix(got, "no NATS server at "); !readable && !strings.HasPrefix(got, want+": not a URL of a server: ") {
					t.Errorf("%q: %s, want it to begin with %s", list, got, want)
				}
				_, err := ConnectLazily(flags(source))
				if err != nil && (strings.Contains(err.Error(), "hun") || strings.Contains(err.Error(), "ter2")) {
					t.Errorf("%q: %v", list, err)
				}
			}
		}
	}
}

// A client gives a server that it discovers the user of the one that it knows.
func TestDiscoveredServerShownWithoutUser(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	options := func(routes string) *server.Options {
		o := &server.Options{Authorization: "hunter2", Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: -1}}
		if routes != "" {
			o.Routes = server.RoutesFromStr(routes)
		}
		return o
	}
	known := serve(t, options(""))
	other := serve(t, options("nats://"+known.ClusterAddr().String()))
	at := func(s *server.Server) string { return "nats://" + s.Addr().String() }
	c := dial(t, "nats://hunter2@"+known.Addr().String())
	if got := c.State().Server; got != at(known) {
		t.Errorf("connected to %q", got)
	}
	testwait.Until(t, "the discovery", func() bool { return len(c.DiscoveredServers()) > 0 })
	stopServer(known)
	testwait.Until(t, "the other server", func() bool { s := c.State(); return s.Connected && s.Server == at(other) })
	stopServer(other)
	testwait.Until(t, "the end", func() bool { return !c.State().Connected })
	if s := c.State(); strings.Contains(s.Server+s.Note, "hunter2") {
		t.Errorf("%+v", s)
	}
}

func TestSelectedContextMissingIsNone(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", t.TempDir())
	if o, c := connects(t); o.Servers[0] != DefaultServer || c.context != nil {
		t.Errorf("%q", o.Servers)
	}
	if err := os.MkdirAll(filepath.Join(os.Getenv("HOME"), ".config", "nats"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(os.Getenv("HOME"), ".config", "nats", "context.txt"), []byte("\n"), 0o600)
	if _, c := connects(t); c.context != nil {
		t.Error("an empty selection is a context")
	}
}
