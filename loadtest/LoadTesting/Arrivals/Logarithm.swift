internal import Glibc

/// The natural logarithm.
enum Logarithm {
    static func natural(_ value: Double) -> Double { log(value) }
}
