internal import HTTP2

/// How messages are compressed.
public enum Coding: Sendable, Hashable {
    case identity, gzip, deflate

    /// The name on the wire.
    public var name: StaticString {
        switch self {
        case .identity: "identity"
        case .gzip: "gzip"
        case .deflate: "deflate"
        }
    }

    package init?(_ name: UnsafeRawBufferPointer) {
        if name.equals("identity") { self = .identity } else if name.equals("gzip") { self = .gzip } else if name.equals("deflate") {
            self = .deflate
        } else {
            return nil
        }
    }
}

/// The codings that a peer says it accepts.
struct AcceptedCodings: OptionSet, Sendable {
    let rawValue: UInt8

    static let gzip = AcceptedCodings(rawValue: 1)
    static let deflate = AcceptedCodings(rawValue: 2)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reads a `grpc-accept-encoding` value; names it does not know are passed over.
    init(_ value: UnsafeRawBufferPointer) {
        self = []
        for part in value.split(separator: UInt8(ascii: ",")) {
            var name = part
            while name.first == UInt8(ascii: " ") { name = name.dropFirst() }
            while name.last == UInt8(ascii: " ") { name = name.dropLast() }
            switch Coding(UnsafeRawBufferPointer(rebasing: name)) {
            case .gzip: insert(.gzip)
            case .deflate: insert(.deflate)
            default: break
            }
        }
    }

    func accepts(_ coding: Coding) -> Bool {
        switch coding {
        case .identity: true
        case .gzip: contains(AcceptedCodings.gzip)
        case .deflate: contains(AcceptedCodings.deflate)
        }
    }
}
