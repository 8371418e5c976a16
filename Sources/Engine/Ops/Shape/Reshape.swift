import Tensors

/// Gives a tensor another shape of the same number of elements.
struct Reshape: Operation {
    /// The target when it is an attribute, as in version 1.
    private let attribute: [Int]?
    /// A target extent of 0 means 0, not the input's extent.
    private let allowsZero: Bool

    static let entries = [OperatorEntry("Reshape", make: Reshape.init(node:))]

    init(node: Node) throws(EngineError) {
        if node.version < 5 {
            attribute = try node.required("shape", node.ints("shape"))
        } else {
            attribute = nil
        }
        allowsZero = try node.bool("allowzero", default: false)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        var target = attribute
        if target == nil {
            let shape = try inputs.tensorFact(1)
            target = try inputs.knownIntegers(1)
            if target == nil {
                let rank = shape.vectorLength
                return [Fact(data.elementType, rank.map { [Dim](repeating: .unknown, count: $0) })]
            }
        }
        return [Fact(data.elementType, try dims(of: data.dims, target: target ?? []))]
    }

    private func dims(of source: [Dim]?, target: [Int]) throws(EngineError) -> [Dim] {
        var dims: [Dim] = []
        var inferred: Int?
        for (axis, extent) in target.enumerated() {
            switch extent {
            case 0 where !allowsZero:
                guard let source else {
                    dims.append(.unknown)
                    continue
                }
                guard axis < source.count else {
                    throw EngineError(.invalidInput, "extent \(axis) is to be copied from an input of rank \(source.count)")
                }
                dims.append(source[axis])
            case -1:
                guard inferred == nil else { throw EngineError(.invalidInput, "more than one extent is -1 in \(target)") }
                inferred = axis
                dims.append(1)
            case 0...:
                dims.append(.known(extent))
            default:
                throw EngineError(.invalidInput, "extent \(extent) in the target shape \(target)")
            }
        }
        let total = source.map { DimProduct($0) }
        let rest = DimProduct(dims)
        if let inferred {
            dims[inferred] = .unknown
            guard let total, !total.hasUnknown, !rest.hasUnknown else { return dims }
            if rest.known == 0 {
                // Any extent would fit; frameworks agree on refusing allowzero with -1 and on 0 otherwise.
                guard !allowsZero else { throw EngineError(.invalidInput, "-1 beside an extent of 0 in \(target)") }
                dims[inferred] = 0
                return dims
            }
            dims[inferred] = total.divided(by: rest)
            if total.symbols.isEmpty, rest.symbols.isEmpty, dims[inferred] == .unknown {
                throw mismatch(source, target)
            }
        } else if let total, !total.hasUnknown, !rest.hasUnknown, total.symbols.isEmpty, rest.symbols.isEmpty {
            guard total.known == rest.known, total.known != nil else { throw mismatch(source, target) }
        }
        return dims
    }

    private func mismatch(_ source: [Dim]?, _ target: [Int]) -> EngineError {
        let extents = (source ?? []).map(\.description).joined(separator: ",")
        return EngineError(.invalidInput, "[\(extents)] cannot be given the shape \(target)")
    }

    func run(_ run: NodeRun) throws(EngineError) { try run.publishView(of: self) }

    var aliasedInput: Int? { 0 }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        let target = try? infer(facts)
        return [.reshaped(axis: axis, from: facts.first??.dims, to: target?.first?.dims)]
    }
}
