internal import Synchronization
internal import Tensors

/// How requests that name no version are shared among the live ones, at one moment. Never changed: a change makes a new one.
struct Split: Sendable {
    /// Versions by the end of their part of the unit interval, ascending; the last end is 1.
    let parts: [(version: ModelVersion, end: Double)]
    let isSticky: Bool
    let stickyParameter: String?
    let stickyInput: String?
    private let counter: Counter

    /// Spreads requests without keys evenly: each next one falls into the largest gap that is left.
    private final class Counter: Sendable {
        let next = Atomic<UInt64>(0)
    }

    /// - Parameter shares: shares of the versions, in an order that stays: a version keeps its keys while the shares before it stay. At
    ///   least one above 0.
    init(_ shares: [(version: ModelVersion, share: Double)], isSticky: Bool, stickyParameter: String?, stickyInput: String? = nil) {
        let total = shares.reduce(0) { $0 + $1.share }
        var parts: [(version: ModelVersion, end: Double)] = []
        var end = 0.0
        for (version, share) in shares where share > 0 {
            end += share / total
            parts.append((version, end))
        }
        if let last = parts.popLast() { parts.append((last.version, 1)) }
        self.parts = parts
        self.isSticky = isSticky
        self.stickyParameter = stickyParameter
        self.stickyInput = stickyInput
        counter = Counter()
    }

    /// The version for `request`. No lock, no allocation.
    func choose(_ request: InferenceRequest) -> ModelVersion? {
        let point = isSticky ? keyPoint(request) ?? nextPoint() : nextPoint()
        return parts.first { point < $0.end }?.version ?? parts.last?.version
    }

    private func nextPoint() -> Double {
        // Multiples of the golden ratio, as a fraction of 2^64.
        let number = counter.next.wrappingAdd(1, ordering: .relaxed).oldValue &* 0x9E37_79B9_7F4A_7C15
        return Double(number >> 11) * 0x1p-53
    }

    private func keyPoint(_ request: InferenceRequest) -> Double? {
        if !request.routingKey.isEmpty { return request.routingKey.withBytes(Self.point) }
        guard let stickyParameter, let parameter = request.parameters.first(where: { $0.name == stickyParameter }) else {
            return inputPoint(request)
        }
        var text =
            switch parameter.value {
            case .string(let text): text
            case .bool(let value): String(value)
            case .int(let value): String(value)
            case .uint(let value): String(value)
            case .double(let value): String(value)
            }
        return text.withUTF8(Self.point)
    }

    private func inputPoint(_ request: InferenceRequest) -> Double? {
        guard let stickyInput, let input = request.inputs.first(where: { $0.name.string == stickyInput }) else { return nil }
        switch input.contents {
        case .bytes(let bytes): return Self.point(bytes.assumingMemoryBound(to: UInt8.self))
        case .tensor(let tensor) where tensor.dataType == .string:
            return Self.point(tensor.strings.flatMap { [UInt8]("\($0)".utf8) + [0] })
        case .tensor(let tensor):
            return Self.point(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount).assumingMemoryBound(to: UInt8.self))
        }
    }

    private static func point(_ bytes: [UInt8]) -> Double { bytes.withUnsafeBufferPointer(point) }

    /// The same point for the same bytes, in every process: FNV-1a, stirred.
    static func point(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return Double((hash ^ (hash >> 33)) >> 11) * 0x1p-53
    }
}
