package beacon_test

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// descriptor is the message that docs/beacon.proto describes.
func descriptor(t *testing.T) protoreflect.MessageDescriptor {
	t.Helper()
	source, err := os.ReadFile("../../docs/beacon.proto")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]descriptorpb.FieldDescriptorProto_Type{
		"bytes": descriptorpb.FieldDescriptorProto_TYPE_BYTES, "bool": descriptorpb.FieldDescriptorProto_TYPE_BOOL,
		"uint32": descriptorpb.FieldDescriptorProto_TYPE_UINT32, "uint64": descriptorpb.FieldDescriptorProto_TYPE_UINT64,
		"sint64": descriptorpb.FieldDescriptorProto_TYPE_SINT64, "fixed64": descriptorpb.FieldDescriptorProto_TYPE_FIXED64,
		"float": descriptorpb.FieldDescriptorProto_TYPE_FLOAT,
	}
	message := &descriptorpb.DescriptorProto{Name: proto.String("Batch")}
	for _, m := range regexp.MustCompile(`(?m)^  (repeated )?(\w+) (\w+) = (\d+);`).FindAllStringSubmatch(string(source), -1) {
		number, err := strconv.ParseInt(m[4], 10, 32)
		if err != nil || types[m[2]] == 0 {
			t.Fatalf("%q: invalid field: %v", m[0], err)
		}
		label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
		if m[1] != "" {
			label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED
		}
		message.Field = append(message.Field, &descriptorpb.FieldDescriptorProto{
			Name: proto.String(m[3]), Number: proto.Int32(int32(number)), Type: types[m[2]].Enum(), Label: label.Enum(),
		})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("beacon.proto"), Package: proto.String("rumtop.v1"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{message},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file.Messages().Get(0)
}

// TestProto checks that another implementation of protobuf reads our messages by
// docs/beacon.proto, and that we read those that it writes.
func TestProto(t *testing.T) {
	message := descriptor(t)
	used := map[protoreflect.Name]bool{}
	for _, beacons := range [][]beacon.Beacon{{full()}, {full(), {ID: 1, Received: 1, SampleRate: 1}, full()}, beacontest.Subject.Traffic(8, 200)} {
		b := batch(beacons...)
		m := dynamicpb.NewMessage(message)
		if err := proto.Unmarshal(b.AppendPlain(nil)[1:], m); err != nil {
			t.Fatal(err)
		}
		if unknown := m.GetUnknown(); len(unknown) > 0 {
			t.Fatalf("unknown to beacon.proto: %x", unknown)
		}
		m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
			used[f.Name()] = true
			return true
		})
		foreign, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got beacon.Batch
		if err := beacon.Decode(append([]byte{0x10}, foreign...), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Beacons(), b.Beacons()) {
			t.Error("Decode of protobuf's message returns another batch")
		}
		if !bytes.Equal(encode(t, &got), encode(t, b)) {
			t.Error("Encode of protobuf's message differs from ours")
		}
	}
	for i := range message.Fields().Len() {
		if name := message.Fields().Get(i).Name(); !used[name] {
			t.Errorf("%s is in beacon.proto, but never written", name)
		}
	}
}
