import Gateway
import Messages
import Tensors
import Testing

@Suite struct DataTypeTests {
    @Test(arguments: InferDatatype.allCases)
    func `every word of the protocol has its type, and leads back`(_ word: InferDatatype) {
        let type = DataType(word)
        #expect(InferDatatype(type) == word)
        #expect(DataType(ModelConfig.DataType(type)) == type)
        // What a client sends as raw bytes is what an element takes here.
        #expect(word == .bytes ? type == .string : type.byteWidth == word.elementBytes)
    }

    @Test(arguments: [DataType.int4, .int2]) func `narrow integers are sent as bytes with a sign`(_ type: DataType) {
        #expect(InferDatatype(type) == .int8)
        #expect(ModelConfig.DataType(type) == .invalid)
    }

    @Test func `a configuration without a type has none`() {
        #expect(DataType(ModelConfig.DataType.invalid) == nil)
    }
}
