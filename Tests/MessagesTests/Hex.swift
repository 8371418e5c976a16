/// The bytes of a string of hexadecimal digits; spaces may stand between bytes.
func bytes(_ hex: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in hex.utf8 where character != UInt8(ascii: " ") {
        guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { fatalError("not a digit: \(character)") }
        if let first = high {
            bytes.append(first << 4 | UInt8(digit))
            high = nil
        } else {
            high = UInt8(digit)
        }
    }
    precondition(high == nil, "an odd number of digits")
    return bytes
}
