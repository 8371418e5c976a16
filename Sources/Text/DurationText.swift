/// Durations as people write them.
package enum DurationText {
    private static let units: [(String, Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nanoseconds, or nil when the text is no duration or not below three hundred years.
    package static func nanos(_ text: String) -> Int64? {
        if text == "0" { return 0 }
        for (unit, scale) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            guard let last = digits.utf8.last, last < 0x80, let number = Double(digits.filter { $0 != " " }), number >= 0 else { continue }
            let nanos = (number * scale).rounded()
            return nanos < 9e18 ? Int64(nanos) : nil
        }
        return nil
    }
}
