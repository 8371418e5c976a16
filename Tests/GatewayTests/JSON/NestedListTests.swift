import Gateway
import JSON
import Serving
import Tensors
import Testing

@Suite struct `nested lists` {
    private func read(_ text: String, _ dataType: DataType = .int32) throws(JSONError) -> Tensor {
        let bytes = Array(text.utf8)
        let read = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                var reader = JSONReader(bytes)
                var list = NestedList(dataType, options: [])
                try list.append(&reader, depth: 0)
                return try list.tensor(at: 0)
            }
        }
        return try read.get()
    }

    @Test(arguments: [
        ("5", []), ("[1, 2, 3]", [3]), ("[[1, 2], [3, 4], [5, 6]]", [3, 2]), ("[[[1]], [[2]]]", [2, 1, 1]), ("[]", [0]), ("[[], []]", [2, 0]),
    ] as [(String, [Int])]) func `give the shape`(_ text: String, _ dims: [Int]) throws {
        #expect(try read(text).shape.dims == dims)
    }

    @Test(arguments: ["[[1, 2], [3]]", "[1, [2]]", "[[1], 2]", "[[[1]], [2]]", "[[], [1]]"]) func `that are not of one length are refused`(_ text: String) {
        #expect(throws: JSONError.self) { try read(text) }
    }

    @Test(arguments: ["[[1.5,-2.0],[3.0,4.0]]", "[]", "[[[1.0]]]", "0.1"]) func `are written as they were read`(_ text: String) throws {
        let tensor = try read(text, .float32)
        var json = JSONWriter()
        json.nested(OutputTensor(name: "x", tensor))
        let again = try read(json.text, .float32)
        #expect(again.shape == tensor.shape)
        #expect((0..<tensor.count).allSatisfy { again.pointer(as: Float.self)[$0] == tensor.pointer(as: Float.self)[$0] })
    }

    @Test func `of strings are text where they are, and base64 where they are not`() {
        let tensor = Tensor(strings: [ByteString("a\"b"), ByteString(bytes: [0xFF, 0])], shape: [2, 1])
        var json = JSONWriter()
        json.nested(OutputTensor(name: "x", tensor), strings: .textOrBase64)
        #expect(json.text == #"[["a\"b"],[{"b64":"/wA="}]]"#)
        var row = JSONWriter()
        row.row(0, of: OutputTensor(name: "x", tensor), strings: .base64)
        #expect(row.text == #"[{"b64":"YSJi"}]"#)
    }
}
