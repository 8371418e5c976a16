import Messages
import Testing

@Suite struct CaptureReaderTests {
    private static let requests = [
        CapturedRequest(nanos: 0, timeoutNanos: 50_000_000, origin: .kserveREST, model: "digits", message: [1, 2, 3]),
        CapturedRequest(nanos: 1_500, origin: .tensorFlow, model: "größe", message: []),
        CapturedRequest(nanos: .max, origin: .unknown, path: "/a.B/C", model: "", message: [UInt8](repeating: 7, count: 70_000)),
    ]

    private static func file() throws -> [UInt8] {
        try CaptureFormat.head(unixNanos: 1_700_000_000_000_000_001, share: 0.25) + requests.flatMap { try #require(CaptureFormat.record($0)) }
    }

    @Test func `what was written is read`() throws {
        var reader = try CaptureReader(Self.file())
        #expect(reader.unixNanos == 1_700_000_000_000_000_001)
        #expect(reader.share == 0.25)
        for request in Self.requests { #expect(try reader.next() == request) }
        #expect(try reader.next() == nil)
        #expect(!reader.isCutOff)
    }

    @Test func `a file that ends anywhere gives the requests that are whole`() throws {
        let file = try Self.file()
        let ends = try Self.requests.reduce(into: [CaptureFormat.headBytes]) { $0.append($0.last! + (try #require(CaptureFormat.record($1))).count) }
        for end in CaptureFormat.headBytes..<200 {
            var reader = try CaptureReader(Array(file[..<end]))
            var count = 0
            while try reader.next() != nil { count += 1 }
            #expect(count == ends.filter { $0 <= end }.count - 1)
            #expect(reader.isCutOff == !ends.contains(end))
        }
    }

    @Test func `bytes that are no capture are refused, each with its place`() throws {
        #expect(throws: MessageError.self) { _ = try CaptureReader([]) }
        #expect(throws: MessageError.self) { _ = try CaptureReader(Array("MLTCAP2\n".utf8)) }
        #expect(throws: MessageError.self) { _ = try CaptureReader(Array("MLTCAP1\n".utf8) + [UInt8](repeating: 0, count: 16)) }
        let head = CaptureFormat.head(unixNanos: 0, share: 1)
        func fault(_ record: [UInt8]) throws -> MessageError? {
            var reader = try CaptureReader(head + record)
            do {
                _ = try reader.next()
                return nil
            } catch { return error }
        }
        // Shorter than any record.
        #expect(try fault([21, 0, 0, 0] + [UInt8](repeating: 0, count: 40))?.code == .malformed)
        // Longer than any.
        #expect(try fault([0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 0, count: 40))?.code == .malformed)
        var record = try #require(CaptureFormat.record(CapturedRequest(nanos: 1, path: "/p", model: "m", message: [])))
        record[22] = 200
        #expect(try fault(record) == MessageError(.inconsistent, "a record whose path and model are longer than itself", at: .byte(24)))
        record[22] = 2
        record[26] = UInt8(ascii: "x")
        #expect(try fault(record)?.code == .invalidText)
    }

    @Test func `any bytes behind a head end in an error or an end`() throws {
        var state: UInt64 = 1
        for _ in 0..<2_000 {
            var bytes = CaptureFormat.head(unixNanos: 0, share: 1)
            for index in 0..<64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(index % 5 == 0 ? UInt8(truncatingIfNeeded: state >> 33) : 0)
            }
            var reader = try CaptureReader(bytes)
            while let request = try? reader.next() { #expect(request.path.hasPrefix("/")) }
        }
    }

    @Test func `a name that no record holds makes none`() {
        #expect(CaptureFormat.record(CapturedRequest(nanos: 0, model: String(repeating: "m", count: 65_536), message: [])) == nil)
    }
}
