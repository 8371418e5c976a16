internal import Glibc
internal import Tensors

/// Numbers as text.
enum NumberText {
    /// The shortest decimal that reads back as the same number, in C's `%g` form; "NaN", "INF" and "-INF" for the rest.
    static func write(_ number: Float) -> ByteString {
        write(Double(number), maximumDigits: 9) { strtof($0, nil) == number }
    }

    static func write(_ number: Double) -> ByteString {
        write(number, maximumDigits: 17) { strtod($0, nil) == number }
    }

    private static func write(
        _ number: Double, maximumDigits: Int32, _ readsBack: (UnsafePointer<CChar>) -> Bool
    ) -> ByteString {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "INF" : "-INF" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 48) { buffer in
            guard let text = buffer.baseAddress else { return "" }
            for digits in 1...maximumDigits {
                _ = withVaList([digits, number]) { vsnprintf(text, 48, "%.*g", $0) }
                if readsBack(text) { break }
            }
            return ByteString(String(cString: text))
        }
    }

    /// Reads the number that `text` begins with, spaces aside, and stores it as one element of `type`; false when there is none
    /// or the widest type of its kind cannot hold it.
    static func read(
        _ text: ByteString, as type: DataType, to destination: UnsafeMutableRawPointer, _ conversion: ElementConversion
    ) -> Bool {
        var terminated = text.bytes.map { CChar(bitPattern: $0) }
        terminated.append(0)
        return terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            var end: UnsafeMutablePointer<CChar>?
            errno = 0
            switch type.computeKind {
            case .float:
                var number = strtof(start, &end)
                guard let end, start != UnsafePointer(end) else { return false }
                conversion.convert(&number, .float32, to: destination, type, count: 1)
            case .double:
                var number = strtod(start, &end)
                guard let end, start != UnsafePointer(end) else { return false }
                conversion.convert(&number, .float64, to: destination, type, count: 1)
            case .signed:
                var number = Int64(strtoll(start, &end, 10))
                guard let end, start != UnsafePointer(end), errno == 0 else { return false }
                conversion.convert(&number, .int64, to: destination, type, count: 1)
            case .unsigned:
                var number = UInt64(strtoull(start, &end, 10))
                guard let end, start != UnsafePointer(end), errno == 0 else { return false }
                conversion.convert(&number, .uint64, to: destination, type, count: 1)
            case nil: return false
            }
            return true
        }
    }
}
