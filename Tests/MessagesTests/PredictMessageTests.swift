import Messages
import Testing

@Suite struct PredictMessageTests {
    private func withRequest(_ message: [UInt8], _ body: (PredictMessage, borrowing MessageArena) throws -> Void) throws {
        let arena = MessageArena()
        try message.withUnsafeBytes { try body(try PredictMessage(.request, decoding: $0, in: arena), arena) }
    }

    /// The kind of error that reading a tensor's elements gives, or nil.
    private func code(_ tensor: TFTensor, _ count: Int, in arena: borrowing MessageArena) -> MessageError.Code? {
        do throws(MessageError) {
            _ = try tensor.raw(count: count, in: arena)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `a request is read as Python wrote it`() throws {
        try withRequest(PredictFixtures.request) { request, _ in
            #expect(request.modelName == "half_plus_two")
            #expect(request.modelVersion == 7)
            #expect(request.versionLabel == nil)
            #expect(request.signatureName == "serving_default")
            #expect(request.outputFilter.map { String($0) } == ["y", "z"])
            #expect(request.tensors.count == 20)
            let tensor = try #require(request.tensor(named: MessageText("content")))
            #expect(tensor.datatype == .float)
            #expect(tensor.shape == [3])
            #expect(request.tensor(named: MessageText("other")) == nil)
        }
        try withRequest(PredictFixtures.labelled) { request, _ in
            #expect(request.modelVersion == nil)
            #expect(request.versionLabel.map { String($0) } == "stable")
            #expect(request.tensors.isEmpty)
            #expect(request.outputFilter.isEmpty)
        }
    }

    @Test(arguments: [
        ("content", "0000803f00002040000040c0"), ("float", "0000803f00002040000040c0"),
        ("repeat", "0000803f000020400000204000002040"), ("zero", "0000000000000000"), ("double", "000000000000e0bf"),
        ("int32", "ffffffffffffff7f"), ("int16", "0080ff7f"), ("int8", "807f"), ("uint8", "00ff"), ("uint16", "ffff"),
        ("int64", "00000000000000800500000000000000"), ("bool", "010001"), ("half", "003c00c0"), ("bf16", "803f"),
        ("uint32", "ffffffff"), ("uint64", "ffffffffffffffff"), ("complex", "0000803f000080bf"),
        ("string", "0200000061620200000000780200000000 78"), ("packed", "0200000061620100000063"), ("scalar", "0900000000000000"),
    ])
    func `every encoding becomes the same raw bytes`(name: String, hex: String) throws {
        try withRequest(PredictFixtures.request) { request, arena in
            let tensor = try #require(request.tensors.first { $0.name == name }?.tensor)
            let count = tensor.shape.reduce(1) { $0 * Int($1) }
            let raw = try tensor.raw(count: count, in: arena)
            #expect(Array(raw) == bytes(hex))
        }
    }

    @Test func `tensor content is a view into the message`() throws {
        let message = PredictFixtures.request
        let arena = MessageArena()
        try message.withUnsafeBytes { view in
            let request = try PredictMessage(.request, decoding: view, in: arena)
            let content = try #require(request.tensor(named: MessageText("content"))?.content.baseAddress)
            let start = try #require(view.baseAddress)
            #expect(content >= start && content < start + view.count)
        }
    }

    @Test func `elements that do not fit the shape are refused`() throws {
        try withRequest(PredictFixtures.request) { request, arena in
            for (name, count, expected) in [
                ("content", 2, MessageError.Code.inconsistent), ("content", 4, .inconsistent), ("float", 2, .inconsistent),
                ("string", 1, .inconsistent), ("packed", 3, .inconsistent), ("packed", 1, .inconsistent), ("float", -1, .outOfRange),
                ("repeat", .max, .tooLarge), ("repeat", 1 << 40, .tooLarge), ("string", .max, .tooLarge), ("int8", 1 << 40, .tooLarge),
                ("content", .max, .inconsistent), ("packed", .max, .inconsistent),
            ] {
                let tensor = try #require(request.tensors.first { $0.name == name }?.tensor)
                #expect(code(tensor, count, in: arena) == expected, "\(name) \(count)")
            }
        }
    }

    @Test func `a value that does not fit its datatype is refused`() throws {
        // inputs { "a": dtype DT_INT8, int_val [128] }
        try withRequest(bytes("120b 0a0161 1206 0806 3a02 8001")) { request, arena in
            #expect(code(request.tensors[0].tensor, 1, in: arena) == .outOfRange)
        }
        // a datatype that nobody knows
        try withRequest(bytes("1207 0a0161 1202 0863")) { request, arena in
            #expect(code(request.tensors[0].tensor, 1, in: arena) == .outOfRange)
            #expect(request.tensors[0].tensor.datatype.description == "99")
        }
    }

    @Test func `an input without a value is an empty tensor`() throws {
        try withRequest(bytes("1203 0a0161 1200")) { request, _ in
            #expect(request.tensors.count == 2)
            #expect(request.tensors[0].tensor.datatype == .invalid)
            #expect(request.tensors[1].name.isEmpty)
        }
    }

    @Test func `a request cut off or damaged never traps`() {
        for count in 0..<PredictFixtures.request.count {
            PredictFixtures.request.withUnsafeBytes { fuzzPredictMessage(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        var random = SplitMix(seed: 11)
        for _ in 0..<5000 {
            var message = PredictFixtures.request
            random.damage(&message)
            message.withUnsafeBytes { fuzzPredictMessage($0) }
        }
    }

    @Test func `a reused arena asks the system for nothing`() throws {
        let arena = MessageArena()
        try PredictFixtures.request.withUnsafeBytes { view in
            _ = try PredictMessage(.request, decoding: view, in: arena)
            let after = arena.systemAllocations
            for _ in 0..<100 {
                arena.reset()
                _ = try PredictMessage(.request, decoding: view, in: arena)
            }
            #expect(arena.systemAllocations == after)
        }
    }
}
