internal import Glibc
internal import HTTP2

/// Paths and what answers them. Looked up by the bytes on the wire, without making a string.
final class RouteTable: Sendable {
    private let slots: [[Route]]
    private let mask: Int
    /// The services that have a method here: an unknown method of one of them is told apart from an unknown service.
    let services: [String]

    init(_ routes: [String: Route]) {
        var size = 16
        while size < routes.count * 2 { size *= 2 }
        var slots = [[Route]](repeating: [], count: size)
        for route in routes.values {
            let slot = route.pathBytes.withUnsafeBytes { Self.hash($0) } & (size - 1)
            slots[slot].append(route)
        }
        self.slots = slots
        mask = size - 1
        services = Set(routes.keys.compactMap { path in
            let parts = path.split(separator: "/")
            return parts.count == 2 ? String(parts[0]) : nil
        }).sorted()
    }

    subscript(_ path: UnsafeRawBufferPointer) -> Route? {
        for route in slots[Self.hash(path) & mask] where route.matches(path) { return route }
        return nil
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        // FNV-1a: the table's keys are ours, so nobody can choose collisions among them.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

/// What answers a path.
final class Route: Sendable {
    enum Kind: Sendable {
        case unary(@Sendable (UnaryCall) -> Void)
        case streaming(@Sendable (StreamingCall) -> Void)
        case plain(@Sendable (PlainRequest) -> PlainResponse)
    }

    let path: String
    let pathBytes: [UInt8]
    let scope: Scope
    let kind: Kind

    @inline(__always)
    func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        pathBytes.withUnsafeBytes { known in
            known.count == path.count && (known.isEmpty || memcmp(known.baseAddress!, path.baseAddress!, known.count) == 0)
        }
    }

    init(path: String, scope: Scope, kind: Kind) {
        self.path = path
        pathBytes = Array(path.utf8)
        self.scope = scope
        self.kind = kind
    }
}
