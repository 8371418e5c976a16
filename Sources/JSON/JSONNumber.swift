/// A number as it stands in the text: nothing is lost until somebody says which type it should have. Valid as long as the text.
public struct JSONNumber: @unchecked Sendable {
    // Sendable because the bytes are only read.
    /// The digits without the point, as far as they fit.
    let digits: UInt64
    /// The power of ten that `digits` is to be multiplied with.
    let exponent: Int
    let isNegative: Bool
    /// All digits fit.
    let isExact: Bool
    let text: UnsafeRawBufferPointer
    /// NaN or an infinity, which have no digits.
    let special: Double?

    /// The number as an integer; nil when it is none or does not fit. `2.0` and `1e3` are integers.
    @inline(__always)
    public func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer? {
        guard isExact, special == nil else { return nil }
        var magnitude = digits
        if exponent != 0 {
            guard let scaled = scaled() else { return nil }
            magnitude = scaled
        }
        if !isNegative { return Integer(exactly: magnitude) }
        if magnitude <= UInt64(Int64.max) { return Integer(exactly: -Int64(magnitude)) }
        return magnitude == 1 << 63 ? Integer(exactly: Int64.min) : nil
    }

    private func scaled() -> UInt64? {
        var magnitude = digits
        if magnitude == 0 { return 0 }
        var left = exponent
        while left < 0 {
            guard magnitude % 10 == 0 else { return nil }
            magnitude /= 10
            left += 1
        }
        while left > 0 {
            let (value, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            magnitude = value
            left -= 1
        }
        return magnitude
    }

    /// The nearest double; an infinity beyond the largest.
    public var double: Double {
        if let special { return special }
        if isExact, digits <= 1 << 53, exponent >= -22, exponent <= 22 {
            // Both factors are exact, so that one rounding is all there is.
            let magnitude = exponent < 0 ? Double(digits) / Self.powers[-exponent] : Double(digits) * Self.powers[exponent]
            return isNegative ? -magnitude : magnitude
        }
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }

    /// The nearest float: rounded once, from the decimal digits.
    public var float: Float {
        if let special { return Float(special) }
        let double = double
        let float = Float(double)
        // Rounding twice only differs from rounding once when the double lies half-way between two floats, or below what floats can be.
        if double.bitPattern & 0x1FFF_FFFF != 0x1000_0000, float.isNormal || double == 0 { return float }
        return Float(String(decoding: text, as: UTF8.self)) ?? .nan
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}

extension JSONReader {
    /// A number.
    @inline(__always)
    public mutating func number() throws(JSONError) -> JSONNumber {
        let kind = try peek()
        guard kind == .number else { throw JSONError("a number is expected, not \(kind.name)", at: position) }
        let start = position
        var index = position
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        if index < bytes.count, bytes[index] > UInt8(ascii: "9") { return try word(start, isNegative) }
        var digits: UInt64 = 0
        var isExact = true
        var exponent = 0
        let whole = index
        while index < bytes.count, let digit = Self.digit(bytes[index]) {
            Self.append(digit, to: &digits, &isExact)
            index += 1
        }
        guard index > whole else { throw JSONError("\(shown(index)) stands where a digit should be", at: index) }
        guard index == whole + 1 || bytes[whole] != UInt8(ascii: "0") else { throw JSONError("a number cannot begin with 0", at: whole) }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            while index < bytes.count, let digit = Self.digit(bytes[index]) {
                Self.append(digit, to: &digits, &isExact)
                index += 1
            }
            guard index > fraction else { throw JSONError("\(shown(index)) stands where a digit should be", at: index) }
            exponent = fraction - index
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            var isBelow = false
            if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                isBelow = bytes[index] == UInt8(ascii: "-")
                index += 1
            }
            let first = index
            var power = 0
            while index < bytes.count, let digit = Self.digit(bytes[index]) {
                // Far beyond what any type holds: the text is read again for the value.
                if power < 100_000 { power = power * 10 + Int(digit) }
                index += 1
            }
            guard index > first else { throw JSONError("\(shown(index)) stands where a digit should be", at: index) }
            exponent += isBelow ? -power : power
        }
        position = index
        return JSONNumber(
            digits: digits, exponent: exponent, isNegative: isNegative, isExact: isExact,
            text: UnsafeRawBufferPointer(rebasing: bytes[start..<index]), special: nil)
    }

    private mutating func word(_ start: Int, _ isNegative: Bool) throws(JSONError) -> JSONNumber {
        position = isNegative ? start + 1 : start
        let special: Double
        if !isNegative, take("NaN") {
            special = .nan
        } else if take("Infinity") {
            special = isNegative ? -.infinity : .infinity
        } else {
            throw JSONError("\(shown(position)) stands where a value should be", at: position)
        }
        return JSONNumber(
            digits: 0, exponent: 0, isNegative: isNegative, isExact: false, text: UnsafeRawBufferPointer(start: nil, count: 0),
            special: special)
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? UInt64(value) : nil
    }

    @inline(__always)
    private static func append(_ digit: UInt64, to digits: inout UInt64, _ isExact: inout Bool) {
        let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(digit)
        if overflow || carry { isExact = false } else { digits = sum }
    }
}

extension JSONNumber {
    /// What is no number.
    public static let nan = JSONNumber(
        digits: 0, exponent: 0, isNegative: false, isExact: false, text: UnsafeRawBufferPointer(start: nil, count: 0), special: .nan)

    /// A number that stands in no text.
    public init(_ value: UInt64) {
        self.init(
            digits: value, exponent: 0, isNegative: false, isExact: true, text: UnsafeRawBufferPointer(start: nil, count: 0),
            special: value > 1 << 53 ? Double(value) : nil)
    }
}
