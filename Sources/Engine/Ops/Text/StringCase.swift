import Tensors

/// A change of letter case, scalar by scalar and the same in every locale.
enum StringCase: String {
    case none = "NONE"
    case lower = "LOWER"
    case upper = "UPPER"

    func apply(_ text: ByteString) -> ByteString {
        if self == .none { return text }
        if text.bytes.allSatisfy({ $0 < 0x80 }) {
            return ByteString(bytes: text.bytes.map { self == .lower ? Self.lowered($0) : Self.raised($0) })
        }
        var result = ""
        for scalar in text.string.unicodeScalars { result.unicodeScalars.append(apply(scalar)) }
        return ByteString(result)
    }

    /// The scalar's counterpart; itself when that is more than one scalar.
    func apply(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let mapped: String
        switch self {
        case .none: return scalar
        case .lower: mapped = scalar.properties.lowercaseMapping
        case .upper: mapped = scalar.properties.uppercaseMapping
        }
        let scalars = mapped.unicodeScalars
        return scalars.count == 1 ? scalars.first ?? scalar : scalar
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    private static func raised(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte & 0xDF : byte }
}
