import Engine
import Tensors
import Testing

@Suite struct CastTests {
    private func cast(_ x: Tensor, to type: DataType, version: Int64 = 25, _ attributes: [ProtoWriter] = []) throws -> Tensor {
        try OneNode.run("Cast", version: version, [x], [ONNX.int("to", type.onnx)] + attributes)[0]
    }

    @Test func `floats are cut to integers, and what does not fit does not trap`() throws {
        let x = Tensor.floats([1.9, -1.9, 300, 3e9, 1e30, .nan, -.infinity], [7])
        #expect(try cast(x, to: .int64).int64s == [1, -1, 300, 3_000_000_000, .min, .min, .min])
        #expect(try cast(x, to: .int32).elements(as: Int32.self) == [1, -1, 300, .min, .min, .min, .min])
        #expect(try cast(x, to: .uint8).elements(as: UInt8.self)[0..<3] == [1, 255, 44])
        #expect(try cast(x, to: .bool).bools == [true, true, true, true, true, true, true])
        #expect(try cast(.floats([0, -0.0, 0.1], [3]), to: .bool).bools == [false, false, true])
    }

    @Test func `integers are cut to width`() throws {
        let x = Tensor.int32s([200, -1, 70000], [3])
        #expect(try cast(x, to: .int8).elements(as: Int8.self) == [-56, -1, 112])
        #expect(try cast(x, to: .uint16).elements(as: UInt16.self) == [200, 65535, 4464])
        #expect(try cast(x, to: .uint64).elements(as: UInt64.self) == [200, .max, 70000])
        #expect(try cast(.bools([true, false], [2]), to: .float32).floats == [1, 0])
    }

    @Test func `every type can be made from every other`() throws {
        let types = DataType.allCases.filter { $0 != .complex64 && $0 != .complex128 }
        let source = Tensor.floats([0, 1, 2], [3])
        for from in types {
            let typed = try cast(source, to: from)
            for to in types {
                // Two-bit signed integers hold no 2, and the powers of two no 0.
                let back = try cast(try cast(typed, to: to), to: .float32).floats
                if from != .int2, to != .int2, from != .bool, to != .bool { #expect(back[1...] == [1, 2], "\(from) to \(to)") }
                if from != .float8E8M0, to != .float8E8M0 { #expect(back[0] == 0, "\(from) to \(to)") }
            }
        }
    }

    @Test func `halves are rounded to even`() throws {
        let x: [Float] = [2049, 2051, 65519, 65520, 1e-8, 5.960_464_5e-8]
        #expect(try cast(.floats(x, [6]), to: .float16).elements(as: Float16.self) == [2048, 2052, 65504, .infinity, 0, 5.960_464_5e-8])
        let brain: [Float] = [1.003_906_25, 1.011_718_75, .nan, 3.4e38]
        let bits = try cast(.floats(brain, [4]), to: .bfloat16).elements(as: UInt16.self)
        #expect(bits[0] == 0x3F80 && bits[1] == 0x3F82 && bits[2] & 0x7FFF > 0x7F80 && bits[3] == 0x7F80)
    }

    @Test func `eight bits saturate unless told otherwise`() throws {
        let x = Tensor.floats([1e6, -1e6, .infinity], [3])
        #expect(try cast(x, to: .float8E4M3FN).elements(as: UInt8.self) == [0x7E, 0xFE, 0x7E])
        let loose = [ONNX.int("saturate", 0)]
        #expect(try cast(x, to: .float8E4M3FN, loose).elements(as: UInt8.self) == [0x7F, 0xFF, 0x7F])
        #expect(try cast(x, to: .float8E5M2, loose).elements(as: UInt8.self) == [0x7C, 0xFC, 0x7C])
        #expect(
            try cast(.floats([3, 1.1], [2]), to: .float8E8M0, [ONNX.string("round_mode", "down")]).elements(as: UInt8.self) == [128, 127])
        #expect(try cast(.floats([3, 1.1], [2]), to: .float8E8M0).elements(as: UInt8.self) == [129, 128])
    }

    @Test func `numbers are written short and read back`() throws {
        let x = Tensor.floats([1, 0.1, 1e10, 1e-7, .nan, .infinity, -.infinity, 1234567.5], [8])
        let text = try cast(x, to: .string)
        #expect(text.strings.map(\.string) == ["1", "0.1", "1e+10", "1e-07", "NaN", "INF", "-INF", "1234567.5"])
        let back = try cast(text, to: .float32)
        #expect(back.floats[0..<4] == x.floats[0..<4] && back.floats[4].isNaN)
        #expect(try cast(Tensor(strings: ["12", " -3", "+7 "], shape: [3]), to: .int32).elements(as: Int32.self) == [12, -3, 7])
        #expect(try cast(.int64s([.min], [1]), to: .string).strings == ["-9223372036854775808"])
    }

    @Test(arguments: ["", "abc", "--1", "99999999999999999999"]) func `what is no number is the request's fault`(text: String) throws {
        let error = #expect(throws: EngineError.self) { try cast(Tensor(strings: [ByteString(text)], shape: [1]), to: .int64) }
        #expect(error?.code == .invalidInput)
    }

    @Test func `a type that is none is refused`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("Cast", [.counting([1])], [ONNX.int("to", 99)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Cast", [.counting([1])]) }
        #expect(throws: EngineError.self) { try cast(.counting([1]), to: .complex64) }
    }

    @Test func `the old form names its type`() throws {
        #expect(try OneNode.run("Cast", version: 1, [.floats([1.5], [1])], [ONNX.string("to", "INT32")])[0].elements(as: Int32.self) == [1])
    }

    @Test func `a second input may give the type`() throws {
        #expect(try OneNode.run("CastLike", [.floats([1.5], [1]), .int64s([], [0])])[0].int64s == [1])
    }

    @Test func `bits are read as another type of the same width`() throws {
        let bits = try OneNode.run("BitCast", version: 26, [.floats([1, -0.0], [2])], [ONNX.int("to", 6)])[0]
        #expect(bits.elements(as: UInt32.self) == [0x3F80_0000, 0x8000_0000])
        #expect(throws: EngineError.self) { try OneNode.run("BitCast", version: 26, [.floats([1], [1])], [ONNX.int("to", 7)]) }
        let four = Tensor([Int8(-1), 7], dataType: .int4, shape: [2])
        #expect(try OneNode.run("BitCast", version: 26, [four], [ONNX.int("to", 21)])[0].elements(as: UInt8.self) == [15, 7])
    }
}
