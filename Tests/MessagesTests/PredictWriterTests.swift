import Messages
import Testing

@Suite struct PredictWriterTests {
    private func write(
        _ kind: PredictMessage.Kind, _ name: String, _ datatype: TFServing.DataType, _ shape: [Int64], _ raw: [UInt8],
        _ form: PredictWriter.Form = .values, version: Int64? = nil, signature: String = ""
    ) throws -> [UInt8] {
        var writer = PredictWriter(kind)
        writer.begin(model: "m", version: version, signature: signature)
        return try raw.withUnsafeBytes { raw in
            try shape.withUnsafeBufferPointer { try writer.tensor(name, datatype: datatype, shape: $0, bytes: raw, form: form) }
            writer.finish()
            #expect(writer.joined().count == writer.byteCount)
            return writer.joined()
        }
    }

    @Test func `answers have the fields that Python reads`() throws {
        // Fields of an answer may stand in any order: compared after reading.
        func same(_ message: [UInt8], _ python: [UInt8]) throws {
            let arena = MessageArena()
            try message.withUnsafeBytes { message in
                try python.withUnsafeBytes { python in
                    let ours = try PredictMessage(.response, decoding: message, in: arena)
                    let theirs = try PredictMessage(.response, decoding: python, in: arena)
                    #expect(message.count == python.count)
                    #expect(ours.modelName == theirs.modelName)
                    #expect(ours.modelVersion == theirs.modelVersion)
                    #expect(ours.signatureName == theirs.signatureName)
                    #expect(ours.tensors.count == theirs.tensors.count)
                    for (left, right) in zip(ours.tensors, theirs.tensors) {
                        #expect(left.name == right.name)
                        #expect(left.tensor.datatype == right.tensor.datatype)
                        #expect(left.tensor.shape == right.tensor.shape)
                        let count = left.tensor.shape.reduce(1) { $0 * Int($1) }
                        let (leftRaw, rightRaw) = (
                            try left.tensor.raw(count: count, in: arena), try right.tensor.raw(count: count, in: arena)
                        )
                        #expect(Array(leftRaw) == Array(rightRaw))
                    }
                }
            }
        }
        try same(
            write(.response, "y", .float, [1, 2], bytes("0000803e0000403f"), version: 3, signature: "s"), PredictFixtures.floatResponse)
        try same(write(.response, "i", .int8, [3], bytes("ff007f")), PredictFixtures.int8Response)
        try same(write(.response, "s", .string, [2], bytes("02000000616200000000")), PredictFixtures.stringResponse)
    }

    @Test(arguments: [
        (TFServing.DataType.float, "0000803f00002040"), (.double, "000000000000e0bf000000000000f03f"), (.int32, "ffffffffffffff7f"),
        (.int16, "0080ff7f"), (.int8, "807f"), (.uint8, "00ff"), (.uint16, "ffff0100"), (.int64, "00000000000000800500000000000000"),
        (.bool, "0100"), (.half, "003c00c0"), (.bfloat16, "803f8080"), (.uint32, "ffffffff01000000"),
        (.uint64, "ffffffffffffffff0100000000000000"), (.complex64, "0000803f000080bf0000803f000080bf"),
        (.complex128, "000000000000e0bf000000000000f03f000000000000e0bf000000000000f03f"), (.string, "02000000616200000000"),
        (.float8E5m2, "3cc0"),
    ])
    func `every datatype is read back the same in both forms`(datatype: TFServing.DataType, hex: String) throws {
        for form in [PredictWriter.Form.values, .content] {
            let message = try write(.request, "x", datatype, [2], bytes(hex), form, version: 0)
            let arena = MessageArena()
            try message.withUnsafeBytes { view in
                let request = try PredictMessage(.request, decoding: view, in: arena)
                #expect(request.modelVersion == 0)
                let raw = try request.tensors[0].tensor.raw(count: 2, in: arena)
                #expect(Array(raw) == bytes(hex))
            }
        }
    }

    @Test func `large tensors are sent by reference`() throws {
        let floats = [Float](repeating: 1.5, count: 10_000)
        var writer = PredictWriter(.response, headroomBytes: 5)
        try floats.withUnsafeBytes { raw in
            writer.begin(model: "m")
            try [Int64(10_000)].withUnsafeBufferPointer { try writer.tensor("a", datatype: .float, shape: $0, bytes: raw) }
            try [Int64(10_000), 0].withUnsafeBufferPointer {
                try writer.tensor("", datatype: .float, shape: $0, bytes: UnsafeRawBufferPointer(start: nil, count: 0), form: .content)
            }
            writer.finish()
            #expect(writer.slices.map(\.reference) == [nil, 0, nil])
            #expect(writer.slices[1].bytes.baseAddress == raw.baseAddress)
            #expect(writer.slices.reduce(0) { $0 + $1.bytes.count } == writer.byteCount + 5)
            #expect(writer.headroom.count == 5)
            let arena = MessageArena()
            try writer.joined().withUnsafeBytes { view in
                let answer = try PredictMessage(.response, decoding: view, in: arena)
                #expect(answer.tensors.count == 2)
                let back = try answer.tensors[0].tensor.raw(count: 10_000, in: arena)
                #expect(back.count == 40_000)
                #expect(answer.tensors[1].tensor.shape == [10_000, 0])
            }
        }
    }

    @Test func `strings that end early and datatypes that nobody knows are refused`() {
        #expect(throws: MessageError.self) { try write(.response, "s", .string, [1], bytes("0500000061")) }
        #expect(throws: MessageError.self) { try write(.response, "s", TFServing.DataType(rawValue: 99), [1], bytes("00")) }
    }
}
