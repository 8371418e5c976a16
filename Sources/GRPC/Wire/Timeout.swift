/// The `grpc-timeout` header: up to eight digits and a unit.
package enum Timeout {
    /// Nanoseconds; nil for what the protocol does not allow.
    static func parse(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard text.count >= 2, text.count <= 9 else { return nil }
        var value: UInt64 = 0
        for byte in text.dropLast() {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        let unit: UInt64
        switch text[text.count - 1] {
        case UInt8(ascii: "H"): unit = 3_600_000_000_000
        case UInt8(ascii: "M"): unit = 60_000_000_000
        case UInt8(ascii: "S"): unit = 1_000_000_000
        case UInt8(ascii: "m"): unit = 1_000_000
        case UInt8(ascii: "u"): unit = 1000
        case UInt8(ascii: "n"): unit = 1
        default: return nil
        }
        // 99999999H is more nanoseconds than 64 bits hold: it saturates, and is no deadline to speak of.
        let (product, overflow) = value.multipliedReportingOverflow(by: unit)
        return overflow ? .max : product
    }

    /// The shortest form that loses less than a part in ten million, and never becomes longer than `nanoseconds`.
    package static func format(_ nanoseconds: UInt64) -> String {
        let units: [(UInt64, String)] = [(1, "n"), (1000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (60_000_000_000, "M")]
        for (unit, letter) in units where nanoseconds / unit <= 99_999_999 { return "\(nanoseconds / unit)\(letter)" }
        return "\(min(nanoseconds / 3_600_000_000_000, 99_999_999))H"
    }
}
