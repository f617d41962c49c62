package columns

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// kind is a type of values in Parquet.
type kind struct {
	physical  format.Type
	converted thrift.Null[deprecated.ConvertedType]
	logical   format.LogicalTypeValue
}

func kindInt32() kind {
	return kind{format.Int32, thrift.New(deprecated.Int32), &format.IntType{BitWidth: 32, IsSigned: true}}
}

func kindHash() kind {
	return kind{format.Int64, thrift.New(deprecated.Uint64), &format.IntType{BitWidth: 64}}
}

func kindTime() kind {
	unit := format.TimeUnit{Value: &format.MilliSeconds{}}
	return kind{format.Int64, thrift.New(deprecated.TimestampMillis), &format.TimestampType{IsAdjustedToUTC: true, Unit: unit}}
}

func kindText() kind {
	return kind{format.ByteArray, thrift.New(deprecated.UTF8), &format.StringType{}}
}

func kindJSON() kind {
	return kind{format.ByteArray, thrift.New(deprecated.Json), &format.JsonType{}}
}

func (k kind) element(name string, optional bool) format.SchemaElement {
	repetition := format.Required
	if optional {
		repetition = format.Optional
	}
	return format.SchemaElement{
		Name: name, Type: thrift.New(k.physical), RepetitionType: thrift.New(repetition),
		ConvertedType: k.converted, LogicalType: format.LogicalType{Value: k.logical},
	}
}
