package stream

import (
	"testing"

	"github.com/nats-io/nats.go"
)

func TestParseDelivery(t *testing.T) {
	want := delivery{stream: 7, consumer: 3, stored: 1763647652123456789, pending: 42}
	for _, reply := range []string{
		"$JS.ACK.RUM.abc.1.7.3.1763647652123456789.42",
		"$JS.ACK._.hash.RUM.abc.1.7.3.1763647652123456789.42",
		"$JS.ACK.hub.hash.RUM.abc.1.7.3.1763647652123456789.42.random",
	} {
		if d, ok := parseDelivery(reply); !ok || d != want {
			t.Errorf("%s: %+v %v", reply, d, ok)
		}
		if d, err := library(reply); err != nil || d != want {
			t.Errorf("%s: the library says %+v, %v", reply, d, err)
		}
	}
	for _, reply := range []string{
		"", "_INBOX.x", "$JS.ACK.", "$JS.ACK.RUM.abc.1.7.3.42", "$JS.ACK.RUM.abc.1.7.3.x.42", "$JS.ACK.RUM.abc.1.-7.3.5.42",
		"$JS.ACK.RUM.abc.1..3.5.42", "$JS.ACK.h.RUM.abc.1.7.3.5.42", "$JS.ACK.RUM.abc.1.99999999999999999999.3.5.42",
	} {
		if d, ok := parseDelivery(reply); ok {
			t.Errorf("%s: %+v", reply, d)
		}
	}
}

// library is how nats.go reads a reply subject: the oracle.
func library(reply string) (delivery, error) {
	meta, err := (&nats.Msg{Reply: reply, Sub: &nats.Subscription{}}).Metadata()
	if err != nil {
		return delivery{}, err
	}
	return delivery{meta.Sequence.Stream, meta.Sequence.Consumer, meta.Timestamp.UnixNano(), meta.NumPending}, nil
}

func FuzzParseDelivery(f *testing.F) {
	f.Add("$JS.ACK.RUM.abc.1.7.3.1763647652123456789.42")
	f.Add("$JS.ACK.hub.hash.RUM.abc.1.7.3.1763647652123456789.42.random")
	f.Fuzz(func(t *testing.T, reply string) {
		d, ok := parseDelivery(reply)
		if want, err := library(reply); ok && (err != nil || d != want) {
			t.Fatalf("%q: %+v, the library %+v, %v", reply, d, want, err)
		}
	})
}
