import Glibc
import Tensors

/// A window to weight the frames of a signal with.
struct WindowFunction: Operation {
    private enum Kind: String {
        case hann = "HannWindow"
        case hamming = "HammingWindow"
        case blackman = "BlackmanWindow"
    }

    private let kind: Kind
    private let dataType: DataType
    /// One period of a periodic function, rather than symmetric.
    private let isPeriodic: Bool

    static let entries = ["HannWindow", "HammingWindow", "BlackmanWindow"].map {
        OperatorEntry($0, make: WindowFunction.init(node:))
    }

    init(node: Node) throws(EngineError) {
        guard let kind = Kind(rawValue: node.operatorName) else { throw node.unsupported("an unknown window") }
        self.kind = kind
        dataType = try node.realType("output_datatype")
        isPeriodic = try node.bool("periodic", default: true)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        _ = try inputs.tensorFact(0)
        guard let size = try inputs.knownInteger(0) else { return [Fact(dataType, [.unknown])] }
        guard size >= 0 else { throw EngineError(.invalidInput, "a window of size \(size)") }
        return [Fact(dataType, [.known(size)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let target = try run.target(0, of: self)
        let elements = RealElements(target)
        let period = Double(isPeriodic ? target.count : target.count - 1)
        for index in 0..<target.count {
            // A symmetric window of one sample is its own middle.
            elements[index] = period == 0 ? 1 : value(at: Double(index) / period)
        }
        withExtendedLifetime(target) {}
    }

    /// The value after `turn` of a whole period.
    private func value(at turn: Double) -> Double {
        let angle = 2 * Double.pi * turn
        switch kind {
        case .hann: return 0.5 - 0.5 * cos(angle)
        case .hamming: return 25.0 / 46.0 - 21.0 / 46.0 * cos(angle)
        case .blackman: return 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("the size of the window differs from row to row")] }
        return [RowAxis.of(inputs, 0)]
    }
}

extension Node {
    /// The real element type that an attribute names by its number in ONNX; float32 when it is left out.
    func realType(_ name: String) throws(EngineError) -> DataType {
        guard let number = try int(name) else { return .float32 }
        guard let code = Int32(exactly: number), let type = DataType(onnx: code), RealElements.exist(for: type) else {
            throw unsupported("\(name) \(number)")
        }
        return type
    }
}
