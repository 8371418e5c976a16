/// One bound that a candidate is held to, as `NAME=BOUND` says it.
public struct Objective: Sendable, Hashable {
    /// What is measured, by the name that the command line has for it.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        /// Latency of one request in this process, milliseconds at the most.
        case p50, p99
        /// The candidate's p99 over the champion's, at the most.
        case p99Ratio = "p99-ratio"
        /// Bytes that the model's files take in memory, at the most.
        case memory
        /// The candidate's memory over the champion's, at the most.
        case memoryRatio = "memory-ratio"
        /// Share of labelled answers that are right, at the least.
        case accuracy
        /// By how much less often the candidate is right than the champion, at the most.
        case accuracyDrop = "accuracy-drop"
        /// Share of requests that the two answer differently, at the most.
        case disagreement
        /// Distance of the two's distributions of answers (Kolmogorov and Smirnov), from 0 to 1, at the most.
        case drift
    }

    public let measure: Measure
    /// In milliseconds, bytes, or as a share.
    public let bound: Double

    public init(_ measure: Measure, _ bound: Double) {
        self.measure = measure
        self.bound = bound
    }

    /// Such as `p99=20ms`, `memory=200MB`, `accuracy=0.95`, `drift=10%`; nil when it is none.
    public init?(_ text: String) {
        guard let equals = text.firstIndex(of: "="), let measure = Measure(rawValue: String(text[..<equals])),
            let bound = Self.number(String(text[text.index(after: equals)...]), measure), bound >= 0, bound.isFinite
        else { return nil }
        self.init(measure, bound)
    }

    private static func number(_ text: String, _ measure: Measure) -> Double? {
        let units: [(String, Double)] =
            switch measure {
            case .p50, .p99: [("us", 1e-3), ("ms", 1), ("s", 1000)]
            case .memory: [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("B", 1)]
            default: [("%", 0.01), ("", 1)]
            }
        for (unit, scale) in units where text.hasSuffix(unit) {
            if let number = Double(text.dropLast(unit.count)) { return number * scale }
        }
        return nil
    }

    var isLeast: Bool { measure == .accuracy }

    func text(_ value: Double) -> String {
        switch measure {
        case .p50, .p99: "\((value * 1000).rounded() / 1000) ms"
        case .memory: Quantity.bytes(value < 9e18 ? Int(value) : .max)
        case .p99Ratio, .memoryRatio: "\((value * 1000).rounded() / 1000) ×"
        case .accuracy, .accuracyDrop, .disagreement, .drift: "\((value * 10_000).rounded() / 100) %"
        }
    }
}
