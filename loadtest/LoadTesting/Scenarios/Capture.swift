/// Recorded requests: when each came, which method it called and what it carried.
///
/// The file is `MLTCAP1` and a line feed, then records, all numbers little-endian: nanoseconds since the first record (8 bytes),
/// length of the path (2), length of the message (4), path, message without gRPC's frame.
public struct Capture: Sendable {
    public private(set) var times: [UInt64] = []
    /// Which of `recipes` each request is: equal requests are one recipe.
    public private(set) var indices: [Int] = []
    public private(set) var recipes: [RequestRecipe] = []

    static let magic = Array("MLTCAP1\n".utf8)

    public init(path: String) throws(LoadError) {
        try self.init(bytes: try LoadFile.read(path), name: path)
    }

    public init(bytes: [UInt8], name: String) throws(LoadError) {
        guard bytes.starts(with: Self.magic) else { throw LoadError("\(name): no capture; it does not begin with MLTCAP1") }
        var offset = Self.magic.count
        var known: [RequestKey: Int] = [:]
        func number(_ width: Int) -> UInt64 {
            defer { offset += width }
            return bytes[offset..<offset + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        while offset < bytes.count {
            let start = offset
            guard bytes.count - offset >= 14 else { throw LoadError("\(name): cut off at byte \(start)") }
            let time = number(8)
            let pathLength = Int(number(2))
            let messageLength = Int(number(4))
            guard bytes.count - offset >= pathLength + messageLength else { throw LoadError("\(name): cut off at byte \(start)") }
            guard time >= times.last ?? 0 else { throw LoadError("\(name): the times run backwards at byte \(start)") }
            let path = String(decoding: bytes[offset..<offset + pathLength], as: UTF8.self)
            guard path.hasPrefix("/") else { throw LoadError("\(name): the record at byte \(start) has no path") }
            let message = Array(bytes[offset + pathLength..<offset + pathLength + messageLength])
            offset += pathLength + messageLength
            let key = RequestKey(path: path, message: message)
            if known[key] == nil {
                known[key] = recipes.count
                recipes.append(.unary(path: path, message: message))
            }
            times.append(time)
            indices.append(known[key] ?? 0)
        }
        guard !times.isEmpty else { throw LoadError("\(name): the capture is empty") }
    }

    private struct RequestKey: Hashable {
        var path: String
        var message: [UInt8]
    }

    /// The plan that plays it; lasts a little longer than the recording.
    public func plan(over base: RunPlan) -> RunPlan {
        var plan = base
        plan.pace = .replay(times: times, recipes: indices)
        plan.phases = [RunPlan.Phase(name: "replay", nanos: (times.last ?? 0) + 1_000_000)]
        if plan.streams == 1 { plan.streams = 100 }
        return plan
    }

    /// One record, as the file has it.
    public static func record(time: UInt64, path: String, message: [UInt8]) -> [UInt8] {
        func bytes(_ value: UInt64, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
        return bytes(time, 8) + bytes(UInt64(path.utf8.count), 2) + bytes(UInt64(message.count), 4) + Array(path.utf8) + message
    }
}
