/// Durations as people write them: "5s", "250ms", "1.5m", "2h"; a bare number is in `bareUnit`.
public enum DurationText {
    private static let units: [(name: String, nanos: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 6e10), ("m", 6e10), ("h", 3.6e12),
    ]

    /// Nanoseconds, or nil for what is no duration.
    public static func parse(_ text: some StringProtocol, bareUnit: String = "s") -> UInt64? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let suffix = text[digits.endIndex...]
        let name = suffix.isEmpty ? bareUnit : String(suffix)
        guard let number = Double(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
        let nanos = (number * unit.nanos).rounded()
        // Beyond a month something else is meant.
        guard nanos >= 0, nanos <= 3e15 else { return nil }
        return UInt64(nanos)
    }

    /// Nanoseconds with three significant digits and a fitting unit.
    public static func format(_ nanos: Double) -> String {
        switch nanos {
        case ..<1e3: "\(Int(nanos)) ns"
        case ..<1e6: "\(Decimals.significant(nanos / 1e3)) µs"
        case ..<1e9: "\(Decimals.significant(nanos / 1e6)) ms"
        default: "\(Decimals.significant(nanos / 1e9)) s"
        }
    }
}

/// Numbers for people, without a formatter of the system's.
public enum Decimals {
    /// With `places` digits behind the point.
    public static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard value.magnitude < 1e15 / scale else { return "\(value)" }
        let scaled = Int64((value.magnitude * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int64(scale))
        return "\(sign)\(scaled / Int64(scale)).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    /// With three significant digits, for values from 0.001 up.
    public static func significant(_ value: Double) -> String {
        switch value.magnitude {
        case ..<10: fixed(value, 2)
        case ..<100: fixed(value, 1)
        default: fixed(value, 0)
        }
    }

    /// With thousands set apart by a thin space.
    public static func grouped(_ value: Double) -> String {
        let digits = Array(fixed(value, 0))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, digit != "-", digits[index - 1] != "-", (digits.count - index) % 3 == 0 { text += "\u{202f}" }
            text.append(digit)
        }
        return text
    }
}
