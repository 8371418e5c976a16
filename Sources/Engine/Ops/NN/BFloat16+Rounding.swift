internal import Tensors

extension BFloat16 {
    /// The nearest value that bfloat16 can hold.
    static func round<T: BinaryFloatingPoint>(_ value: T) -> T { T(widened(rounded(Float(value)))) }

    static func round<T: BinaryFloatingPoint>(_ values: UnsafeMutablePointer<T>, count: Int) {
        for i in 0..<count { values[i] = round(values[i]) }
    }
}
