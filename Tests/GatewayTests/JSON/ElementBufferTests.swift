import Gateway
import JSON
import Tensors
import Testing

@Suite struct `elements in JSON` {
    private func read(_ text: String, _ dataType: DataType, _ options: ElementBuffer.Options = []) throws(JSONError) -> Tensor {
        let bytes = Array(text.utf8)
        let read = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                var reader = JSONReader(bytes)
                var elements = ElementBuffer(dataType, options: options)
                try elements.appendAll(&reader)
                try reader.end()
                return elements.tensor(Shape([elements.count]))
            }
        }
        return try read.get()
    }

    private func values<Element: BitwiseCopyable>(_ tensor: Tensor, as type: Element.Type) -> [Element] {
        Array(UnsafeBufferPointer(start: tensor.pointer(as: type), count: tensor.count))
    }

    @Test func `are numbers of the type that is asked for, exact to the last bit`() throws {
        #expect(values(try read("[0.1, -3, 1e-45, 3.4028235e38]", .float32), as: Float.self) == [0.1, -3, Float.leastNonzeroMagnitude, 3.4028235e38])
        #expect(values(try read("[9007199254740993, -9223372036854775808, 1e3]", .int64), as: Int64.self) == [9_007_199_254_740_993, .min, 1000])
        #expect(values(try read("[18446744073709551615]", .uint64), as: UInt64.self) == [.max])
        #expect(values(try read("[true, false, 1, 0]", .bool), as: UInt8.self) == [1, 0, 1, 0])
        #expect(values(try read("[NaN, Infinity, -Infinity]", .float64), as: Double.self).map(\.description) == ["nan", "inf", "-inf"])
    }

    @Test func `of lists within lists come in row-major order`() throws {
        #expect(values(try read("[[1, 2], [[3], 4]]", .int32), as: Int32.self) == [1, 2, 3, 4])
        #expect(try read("[]", .float32).count == 0)
        #expect(values(try read("7", .int8), as: Int8.self) == [7])
    }

    @Test(arguments: [
        ("[128]", DataType.int8), ("[-1]", .uint8), ("[1.5]", .int32), ("[true]", .float32), ("[\"1\"]", .int64), ("[2]", .bool),
        ("[null]", .float32), ("[9223372036854775808]", .int64), ("[{\"b64\": \"AA==\"}]", .string), ("[1]", .complex64),
    ] as [(String, DataType)]) func `that do not fit their type are errors`(_ text: String, _ dataType: DataType) {
        #expect(throws: JSONError.self) { try read(text, dataType) }
    }

    @Test func `may be base64 where a protocol says so`() throws {
        let strings = try read(#"["a", {"b64": "/wA="}, {"b64": "_wA"}]"#, .string, .base64).strings.map(\.bytes)
        #expect(strings == [[97], [255, 0], [255, 0]])
        for wrong in [#"[{"b64": "?"}]"#, #"[{"b65": "AA=="}]"#, "[{}]"] {
            #expect(throws: JSONError.self) { try read(wrong, .string, .base64) }
        }
    }

    @Test func `of a table may be missing, and say little of their type`() throws {
        #expect(values(try read("[null, true]", .float64, [.nullIsNaN, .lenient]), as: Double.self).map(\.description) == ["nan", "1.0"])
        #expect(values(try read("[true, 2.0]", .int64, .lenient), as: Int64.self) == [1, 2])
    }
}
