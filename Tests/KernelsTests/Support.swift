import Kernels

/// A small generator with a seed, so that a failing case can be repeated.
struct Random: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }
}

extension KernelTable {
    /// False where a product and a sum round separately.
    var fuses: Bool { instructionSet != .x86v2 }
}

/// Equal bits, or both NaN.
func same(_ a: Float, _ b: Float) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

func same(_ a: [Float], _ b: [Float]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { same($0, $1) } }

/// Memory with a guard value on either side of the payload, starting one float off any alignment.
struct Guarded {
    var storage: [Float]
    let count: Int
    static let margin = 33

    init(_ count: Int, filledWith value: Float = 0) {
        self.count = count
        storage =
            [Float](repeating: -12345, count: Self.margin) + [Float](repeating: value, count: count)
            + [Float](repeating: -12345, count: Self.margin)
    }

    init(_ values: [Float]) {
        self.init(values.count)
        storage.replaceSubrange(Self.margin..<Self.margin + count, with: values)
    }

    var values: [Float] { Array(storage[Self.margin..<Self.margin + count]) }
    var isIntact: Bool {
        storage[..<Self.margin].allSatisfy { $0 == -12345 } && storage[(Self.margin + count)...].allSatisfy { $0 == -12345 }
    }

    mutating func write(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        storage.withUnsafeMutableBufferPointer { body($0.baseAddress! + Self.margin) }
    }

    func read(_ body: (UnsafePointer<Float>) -> Void) {
        storage.withUnsafeBufferPointer { body($0.baseAddress! + Self.margin) }
    }
}
