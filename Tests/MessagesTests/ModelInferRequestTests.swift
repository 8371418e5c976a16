import Messages
import Testing

@Suite struct ModelInferRequestTests {
    /// Decodes in a fresh arena and hands the views on while everything they point into lives.
    private func withRequest(_ message: [UInt8], _ body: (ModelInferRequest, borrowing MessageArena) throws -> Void) throws {
        let arena = MessageArena()
        try message.withUnsafeBytes { try body(try ModelInferRequest(decoding: $0, in: arena), arena) }
    }

    private func decodingError(_ message: UnsafeRawBufferPointer, in arena: borrowing MessageArena) -> MessageError? {
        do throws(MessageError) {
            _ = try ModelInferRequest(decoding: message, in: arena)
            return nil
        } catch {
            return error
        }
    }

    private func error(_ message: [UInt8]) -> MessageError? {
        let arena = MessageArena()
        return message.withUnsafeBytes { decodingError($0, in: arena) }
    }

    @Test func `a raw request is read as Python wrote it`() throws {
        try withRequest(InferFixtures.rawRequest) { request, _ in
            #expect(request.modelName == "fraud")
            #expect(String(request.modelVersion) == "3")
            #expect(request.id == ("req-1" as StaticString))
            #expect(request.parameters.count == 6)
            #expect(request.parameters["priority"] == .uint64(2))
            #expect(request.parameters["flag"] == .bool(true))
            #expect(request.parameters["neg"] == .int64(-5))
            #expect(request.parameters["ratio"] == .double(0.25))
            #expect(request.parameters["name"] == .text(MessageText("größe")))
            #expect(request.parameters["none"] == .unset)
            #expect(request.parameters["other"] == nil)
            #expect(request.inputs.count == 2)
            #expect(request.inputs[0].name == "x")
            #expect(InferDatatype(request.inputs[0].datatype) == .fp32)
            #expect(Array(request.inputs[0].shape) == [1, 3])
            #expect(request.inputs[0].parameters["binary_data_size"] == .int64(12))
            #expect(request.inputs[0].contents == nil)
            #expect(Array(request.inputs[1].shape) == [2, -1])
            #expect(request.outputs.map { String($0.name) } == ["y", "z"])
            #expect(request.outputs[0].parameters["classification"] == .int64(3))
            #expect(request.rawContents.count == 2)
            #expect(Array(request.rawContents[0]) == bytes("0000803f 00002040 000040c0"))
            #expect(RawBytesElements(request.rawContents[1]).map { Array($0) } == [Array("ab".utf8), []])
        }
    }

    @Test func `raw tensors are views into the message`() throws {
        let message = InferFixtures.rawRequest
        let arena = MessageArena()
        try message.withUnsafeBytes { view in
            let request = try ModelInferRequest(decoding: view, in: arena)
            let start = try #require(view.baseAddress)
            for tensor in request.rawContents {
                let place = try #require(tensor.baseAddress)
                #expect(place >= start && place < start + view.count)
            }
        }
    }

    @Test func `a typed request becomes raw bytes of each datatype`() throws {
        let expected: [String: String] = [
            "b": "010001", "i8": "807f", "i16": "0080ff7f", "i32": "00000080ffffff7f", "i64": "0000000000000080ffffffffffffff7f",
            "u8": "00ff", "u16": "0100ffff", "u32": "ffffffff", "u64": "ffffffffffffffff",
            "f": "0000803f00002040000040c0", "d": "9c7500883ce4377e000000000000e0bf", "s": "0300000061620000000000",
        ]
        try withRequest(InferFixtures.typedRequest) { request, arena in
            let places = try request.inputBytes(in: arena)
            #expect(places.count == 12)
            for (input, place) in zip(request.inputs, places) {
                guard case .typed(let contents) = place else {
                    Issue.record("\(input.name) is not typed")
                    continue
                }
                let datatype = try #require(InferDatatype(input.datatype))
                #expect(Array(try contents.raw(as: datatype, in: arena)) == bytes(expected[String(input.name)] ?? ""), "\(input.name)")
            }
        }
    }

    @Test func `typed elements in the wrong list or out of range are refused`() throws {
        try withRequest(InferFixtures.typedRequest) { request, arena in
            let wide = try #require(request.inputs[3].contents)
            func code(_ datatype: InferDatatype, _ arena: borrowing MessageArena) -> MessageError.Code? {
                do throws(MessageError) {
                    _ = try wide.raw(as: datatype, in: arena)
                    return nil
                } catch {
                    return error.code
                }
            }
            #expect(code(.int32, arena) == nil)
            #expect(code(.int8, arena) == .outOfRange)
            #expect(code(.fp32, arena) == .inconsistent)
            #expect(code(.fp16, arena) == .inconsistent)
        }
    }

    @Test func `raw contents before and between other fields are cut out as well`() throws {
        // raw "A", name, raw "", id, raw "BC", version
        let message = bytes("3a0141 0a016d 3a00 1a0131 3a024243 120132")
        try withRequest(message) { request, _ in
            #expect(request.rawContents.map { Array($0) } == [[0x41], [], [0x42, 0x43]])
            #expect(request.modelName == "m")
            #expect(request.id == "1")
            #expect(request.modelVersion == "2")
        }
    }

    @Test func `the empty message is a request without anything`() throws {
        try withRequest([]) { request, arena in
            #expect(request.modelName.isEmpty)
            #expect(request.inputs.isEmpty)
            #expect(request.rawContents.isEmpty)
            let places = try request.inputBytes(in: arena)
            #expect(places.isEmpty)
        }
    }

    @Test func `typed and raw tensors in one request are refused`() throws {
        // input "a" with fp32_contents [1.0], and a raw tensor
        try withRequest(bytes("2a0b 0a0161 2a06 32040000803f 3a0141")) { request, arena in
            do throws(MessageError) {
                _ = try request.inputBytes(in: arena)
                Issue.record("typed and raw tensors together")
            } catch {
                #expect(error.code == .inconsistent)
            }
        }
    }

    @Test(arguments: ["2a03 0a0161", "2a03 0a0161 2a03 0a0162 3a0141", "2a03 0a0161 3a0141 3a0142"])
    func `the number of raw tensors must fit the inputs`(hex: String) throws {
        try withRequest(bytes(hex)) { request, arena in
            let places = try? request.inputBytes(in: arena)
            if request.rawContents.isEmpty {
                guard case .absent? = places?.first else {
                    Issue.record("an input without bytes")
                    return
                }
            } else {
                #expect(places == nil)
            }
        }
    }

    @Test func `an input in shared memory takes no raw tensor`() throws {
        // input "a" with parameter shared_memory_region, input "b", and one raw tensor
        var message = bytes("2a1f 0a0161 221a") + bytes("0a14") + Array("shared_memory_region".utf8) + bytes("1202 1a00")
        message[1] = UInt8(message.count - 2)
        message[6] = UInt8(message.count - 7)
        message += bytes("2a03 0a0162 3a0141")
        try withRequest(message) { request, arena in
            let places = try request.inputBytes(in: arena)
            guard case .sharedMemory = places[0], case .raw(let tensor) = places[1] else {
                Issue.record("wrong places")
                return
            }
            #expect(Array(tensor) == [0x41])
        }
    }

    @Test func `a parameter that is given twice counts as its last value`() throws {
        try withRequest(bytes("2207 0a0161 1202 1001 2207 0a0161 1202 1002 2203 0a0162")) { request, _ in
            #expect(request.parameters["a"] == .int64(2))
            #expect(request.parameters["b"] == .unset)
            #expect(request.parameters.count == 3)
        }
    }

    @Test func `packed and unpacked shapes are alike`() throws {
        try withRequest(bytes("2a09 1a020102 18ac02 1801")) { request, _ in
            #expect(Array(request.inputs[0].shape) == [1, 2, 300, 1])
        }
    }

    @Test(arguments: [
        (MessageError.Code.invalidText, "0a03610062"), (.invalidText, "0a01ff"), (.malformed, "0801"), (.malformed, "2801"),
        (.truncated, "3a0541"), (.truncated, "0a"), (.malformed, "3801"),
    ])
    func `bytes that are no request are refused with a reason`(code: MessageError.Code, hex: String) {
        #expect(error(bytes(hex))?.code == code)
    }

    @Test(arguments: ["2a00", "2200", "3200", "0a00", "3a00", "f80100", "1a00"])
    func `small fields that ask for much memory meet the ceiling`(hex: String) throws {
        let field = bytes(hex)
        let size = hex == "2a00" ? 4 << 20 : 1 << 20
        let message = Array(repeatElement(field, count: size / field.count).joined())
        var limits = DecodingLimits()
        limits.arenaCeilingBytes = 4 << 20
        let arena = MessageArena(limits: limits)
        message.withUnsafeBytes { view in
            #expect(decodingError(view, in: arena)?.code == .tooLarge)
        }
        #expect(arena.usedBytes <= 4 << 20)
        #expect(arena.heldBytes <= 8 << 20)
        arena.reset()
        #expect(arena.heldBytes <= limits.arenaRetainedBytes)
        try InferFixtures.rawRequest.withUnsafeBytes { view in
            let request = try ModelInferRequest(decoding: view, in: arena)
            #expect(request.modelName == "fraud")
        }
    }

    @Test func `a reused arena asks the system for nothing`() throws {
        let arena = MessageArena()
        try InferFixtures.typedRequest.withUnsafeBytes { view in
            _ = try ModelInferRequest(decoding: view, in: arena)
            let after = arena.systemAllocations
            for _ in 0..<1000 {
                arena.reset()
                let request = try ModelInferRequest(decoding: view, in: arena)
                _ = try request.inputBytes(in: arena)
            }
            #expect(arena.systemAllocations == after)
        }
    }

    @Test(arguments: [InferFixtures.rawRequest, InferFixtures.typedRequest])
    func `a request cut off anywhere is refused or read, but never traps`(message: [UInt8]) {
        for count in 0..<message.count {
            message.withUnsafeBytes { fuzzModelInferRequest(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    @Test func `random damage to requests never traps`() {
        var random = SplitMix(seed: 0xdead_beef)
        for _ in 0..<20_000 {
            var message = Bool.random(using: &random) ? InferFixtures.rawRequest : InferFixtures.typedRequest
            random.damage(&message)
            message.withUnsafeBytes { fuzzModelInferRequest($0) }
        }
    }
}
