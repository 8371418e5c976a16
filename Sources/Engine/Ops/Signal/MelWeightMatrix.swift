import Glibc
import Tensors

/// The weights that gather the bins of a spectrum into bands of equal width on the mel scale.
struct MelWeightMatrix: Operation {
    private let dataType: DataType

    static let entries = [OperatorEntry("MelWeightMatrix", make: MelWeightMatrix.init(node:))]

    init(node: Node) throws(EngineError) {
        dataType = try node.realType("output_datatype")
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        for index in 0..<5 { _ = try inputs.tensorFact(index) }
        for index in 3..<5 where inputs[index]?.dataType?.isFloatingPoint != true {
            throw EngineError(.malformedModel, "input \(index) must be floating-point")
        }
        let bands = try inputs.knownInteger(0)
        let length = try inputs.knownInteger(1)
        if let bands, bands < 0 { throw EngineError(.invalidInput, "\(bands) bands") }
        if let length, length < 0 { throw EngineError(.invalidInput, "a transform of length \(length)") }
        return [Fact(dataType, [length.map { .known($0 / 2 + 1) } ?? .unknown, bands.map(Dim.known) ?? .unknown])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let target = try run.target(0, of: self)
        let (bins, bands) = (target.shape[0], target.shape[1])
        let length = run.integers(1)?.first ?? 0
        let rate = run.integers(2)?.first ?? 0
        let edges = [3, 4].map { index in
            let tensor = run.tensor(index)
            return tensor.count == 1 && RealElements.exist(for: tensor.dataType) ? RealElements(tensor)[0] : .nan
        }
        guard rate > 0, edges[0] >= 0, edges[1] >= edges[0], edges[1].isFinite else {
            throw EngineError(.invalidInput, "bands from \(edges[0]) to \(edges[1]) Hz at \(rate) samples a second")
        }
        let low = Self.mel(edges[0])
        let step = (Self.mel(edges[1]) - low) / Double(bands + 2)
        var points: [Int] = []
        points.reserveCapacity(bands + 2)
        for band in 0..<bands + 2 {
            let hertz = 700 * expm1((Double(band) * step + low) / 2595 * log(10))
            guard let bin = Int(exactly: (Double(length + 1) * hertz / Double(rate)).rounded(.down)), bin >= 0, bin < bins else {
                throw EngineError(.invalidInput, "a band at \(hertz) Hz lies beyond the spectrum of \(bins) bins")
            }
            points.append(bin)
        }
        let weights = RealElements(target)
        for index in 0..<target.count { weights[index] = 0 }
        for band in 0..<bands {
            let (left, centre, right) = (points[band], points[band + 1], points[band + 2])
            if centre == left {
                weights[centre * bands + band] = 1
            } else {
                for bin in left...centre { weights[bin * bands + band] = Double(bin - left) / Double(centre - left) }
            }
            for bin in centre..<max(centre, right) {
                weights[bin * bands + band] = Double(right - bin) / Double(right - centre)
            }
        }
        withExtendedLifetime(target) {}
    }

    private static func mel(_ hertz: Double) -> Double { 2595 * log1p(hertz / 700) / log(10) }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs {
            switch input {
            case .absent: continue
            case .mixed: return [input]
            case .axis: return [.mixed("its parameters differ from row to row")]
            }
        }
        return [.absent]
    }
}
