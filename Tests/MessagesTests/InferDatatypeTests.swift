import Messages
import Testing

@Suite struct InferDatatypeTests {
    @Test(arguments: InferDatatype.allCases) func `a datatype is found by its name`(datatype: InferDatatype) {
        #expect(InferDatatype(MessageText(datatype.name)) == datatype)
        #expect(InferDatatype(String(describing: datatype.name)) == datatype)
    }

    @Test(arguments: ["", "fp32", "FP", "FP322", "STRING", "INT128", "BYTESBYTESBYTES"]) func `other names are none`(name: String) {
        name.withTextBytes { #expect(InferDatatype(MessageText(unchecked: $0)) == nil) }
    }
}
