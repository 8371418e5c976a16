import Client
import Tensors
import Testing

@Suite struct TensorJSONTests {
    private func tensor(_ text: String, _ dataType: DataType) throws -> Tensor {
        try Tensor(json: JSONValue(parsing: Array(text.utf8)), dataType: dataType)
    }

    @Test func `nesting is the shape`() throws {
        let matrix = try tensor("[[1, 2, 3], [4, 5, 6.5]]", .float32)
        #expect(matrix.shape == [2, 3] && matrix.elements(as: Float.self) == [1, 2, 3, 4, 5, 6.5])
        #expect(try tensor("7", .int64).shape == [])
        #expect(try tensor("[[], []]", .int64).shape == [2, 0])
    }

    @Test func `the largest integers are exact`() throws {
        #expect(try tensor("[9223372036854775807]", .int64).elements(as: Int64.self) == [.max])
        #expect(try tensor("[18446744073709551615]", .uint64).elements(as: UInt64.self) == [.max])
    }

    @Test(arguments: ["[[1], [2, 3]]", "[1, [2]]", "[300]", "[1.5]", "[\"a\"]", "[null]", "{}"])
    func `what is not a tensor of the type is an error`(text: String) throws {
        #expect(throws: Tensor.JSONError.self) { try tensor(text, .uint8) }
    }

    @Test func `what is written reads back`() throws {
        let strings = try tensor("[[\"a\\n\\\"b\\\"\", \"ü\"]]", .string)
        #expect(try tensor(strings.json, .string).strings == strings.strings)
    }
}
