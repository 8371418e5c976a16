import Messages
import Testing

@Suite struct MessageTests {
    /// One row per fixture, so that a failure names its message.
    static let rows = messageFixtures.indices

    @Test(arguments: rows) func `what Python wrote is read and written back byte for byte`(row: Int) throws {
        let fixture = messageFixtures[row]
        func check<M: Message>(_ type: M.Type) throws {
            let expected = bytes(fixture.bytes)
            let message = try M(decoding: expected)
            #expect(try message.encoded() == expected, "\(type)")
            #expect(expected.isEmpty == (message == M()), "\(type)")
        }
        try check(fixture.type)
    }

    @Test(arguments: rows) func `a message cut off anywhere is refused or read, but never traps`(row: Int) throws {
        let fixture = messageFixtures[row]
        func check<M: Message>(_ type: M.Type) throws {
            let whole = bytes(fixture.bytes)
            for count in 0..<whole.count {
                _ = try? M(decoding: Array(whole[..<count]))
            }
        }
        try check(fixture.type)
    }

    @Test func `fields have the names and values of the protocol`() throws {
        let request = try ModelReadyRequest(decoding: bytes("0a0469726973 120133"))
        #expect(request == ModelReadyRequest(name: "iris", version: "3"))
        #expect(ModelReadyRequest.fullName == "inference.ModelReadyRequest")
        #expect(try ServerLiveResponse(live: true).encoded() == bytes("0801"))
        #expect(try ServerLiveResponse(live: false).encoded() == [])
    }

    @Test func `unknown fields are ignored`() throws {
        let request = try ModelReadyRequest(decoding: bytes("0a0161 f80101 c23e03787878 120131"))
        #expect(request == ModelReadyRequest(name: "a", version: "1"))
    }

    @Test func `a field set twice keeps the last value`() throws {
        let request = try ModelReadyRequest(decoding: bytes("0a0161 0a0162"))
        #expect(request.name == "b")
    }

    @Test func `a false member of a oneof is present`() throws {
        let message = ModelRepositoryParameter(choice: .bool(false))
        #expect(try message.encoded() == bytes("0800"))
        #expect(try ModelRepositoryParameter(decoding: bytes("0800")).choice == .bool(false))
        #expect(try ModelRepositoryParameter(decoding: []).choice == nil)
    }

    @Test func `of map entries with one key the last counts, and a missing value is the empty one`() throws {
        let twice = try ModelConfig(decoding: bytes("5206 0a016112 0178 5206 0a0161 120179"))
        #expect(twice.metricTags == ["a": "y"])
        let bare = try ModelConfig(decoding: bytes("7203 0a0161 7205 0a0162 1200"))
        #expect(bare.parameters == ["a": ModelConfig.Parameter(), "b": ModelConfig.Parameter()])
        #expect(try ModelConfig(decoding: bytes("5200")).metricTags == ["": ""])
    }

    @Test func `an unknown enumeration value is kept`() throws {
        let message = try HealthCheckResponse(decoding: bytes("0863"))
        #expect(message.status.rawValue == 99)
        #expect(message.status.description == "99")
        #expect(try message.encoded() == bytes("0863"))
        #expect(HealthCheckResponse.ServingStatus(name: "NOT_SERVING") == .notServing)
    }

    @Test(arguments: [
        (MessageError.Code.invalidText, "0a03 610062"),  // a zero byte in a name
        (.invalidText, "0a02 c328"),  // half a character
        (.invalidText, "0a09 6161616161616161 ff"),
        (.malformed, "0801"),  // a number where text belongs
        (.malformed, "0b0c"),  // a group
        (.malformed, "00"),  // field 0
        (.malformed, "0affffffffffffffffffff7f"),  // a length of eleven bytes
        (.truncated, "0a"),
        (.truncated, "0a05 61"),
        (.truncated, "0affffffff07"),
        (.truncated, "0affffffffffffffffff01"),
    ])
    func `bytes that are no message are refused with a reason`(code: MessageError.Code, hex: String) {
        let error = #expect(throws: MessageError.self) { try ModelReadyRequest(decoding: bytes(hex)) }
        #expect(error?.code == code)
    }

    @Test func `a text with a zero byte is not written`() {
        let error = #expect(throws: MessageError.self) { try ModelReadyRequest(name: "a\0b").encoded() }
        #expect(error?.code == .invalidText)
    }

    @Test func `messages nested too deeply are refused before protobuf-c recurses`() {
        // Limits of 1 allow for the message itself.
        var limits = DecodingLimits()
        limits.nestingDepth = 1
        let nested = bytes("2a00")
        let error = #expect(throws: MessageError.self) { try ModelConfig(decoding: nested, limits: limits) }
        #expect(error?.code == .tooDeep)
        limits.nestingDepth = 2
        #expect(throws: Never.self) { try ModelConfig(decoding: nested, limits: limits) }
    }

    @Test func `random damage to messages never traps`() throws {
        var random = SplitMix(seed: 0x5eed)
        for fixture in messageFixtures {
            func damage<M: Message>(_ type: M.Type) {
                let whole = bytes(fixture.bytes)
                guard !whole.isEmpty else { return }
                for _ in 0..<200 {
                    var damaged = whole
                    random.damage(&damaged)
                    if let message = try? M(decoding: damaged) { _ = try? message.encoded() }
                }
            }
            damage(fixture.type)
        }
    }

    @Test func `any bytes come back from every request`() {
        var random = SplitMix(seed: 17)
        for first in 0..<64 {
            for fixture in messageFixtures.indices where fixture % 5 == first % 5 {
                var message = [UInt8(first)] + bytes(messageFixtures[fixture].bytes)
                random.damage(&message)
                message.withUnsafeBytes { fuzzRequest($0) }
            }
        }
        fuzzRequest(UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
