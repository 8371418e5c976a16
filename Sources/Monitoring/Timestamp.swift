/// A moment as logs write it: ISO 8601, UTC, milliseconds.
struct Timestamp: CustomStringConvertible {
    let nanos: Int64

    var description: String {
        let (seconds, rest) = Self.floor(nanos, by: 1_000_000_000)
        let (days, ofDay) = Self.floor(seconds, by: 86_400)
        let (year, month, day) = Self.date(days)
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))T"
            + "\(Self.padded(ofDay / 3600, 2)):\(Self.padded(ofDay / 60 % 60, 2)):\(Self.padded(ofDay % 60, 2))."
            + "\(Self.padded(rest / 1_000_000, 3))Z"
    }

    private static func floor(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The civil date of a day counted from 1970-01-01. Years are counted from March, so that the leap day comes last.
    private static func date(_ days: Int64) -> (Int64, Int64, Int64) {
        let (era, dayOfEra) = floor(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
