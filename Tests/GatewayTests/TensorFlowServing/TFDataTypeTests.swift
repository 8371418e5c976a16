import Gateway
import Messages
import Tensors
import Testing

@Suite struct `TensorFlow's data types` {
    @Test(arguments: [
        DataType.bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .float16, .float32, .float64, .bfloat16, .string, .complex64,
        .complex128,
    ]) func `have a word for each of ours`(_ type: DataType) {
        #expect(DataType(TFServing.DataType(type)) == type)
    }

    @Test func `that no model takes are none of ours`() {
        for number: Int32 in [0, 20, 21, 99, 101] { #expect(DataType(TFServing.DataType(rawValue: number)) == nil) }
        #expect(DataType(TFServing.DataType(rawValue: 11)) == .int8)
    }
}
