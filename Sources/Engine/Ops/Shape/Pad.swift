import Tensors

/// Adds elements around a tensor, or removes some where a pad is negative.
struct Pad: Operation {
    private let mode: PadMode
    /// The pads when they are an attribute, as before version 11, or constants: all beginnings, then all ends.
    private let attribute: [Int]?
    /// The fill value when it is an attribute.
    private let value: Float

    static let entries = [OperatorEntry("Pad", make: Pad.init(node:))]

    init(node: Node) throws(EngineError) {
        let name = try node.string("mode", default: "constant")
        guard let mode = PadMode(rawValue: name) else { throw node.malformed("mode '\(name)' is not known") }
        self.mode = mode
        switch node.version {
        case ..<2: attribute = try node.required("paddings", node.ints("paddings"))
        case ..<11: attribute = try node.required("pads", node.ints("pads"))
        default: attribute = nil
        }
        value = try node.float("value", default: 0)
    }

    /// How many elements are added before and after each axis; nil while unknown.
    private func pads(_ inputs: [Fact?], rank: Int) throws(EngineError) -> [PadMode.Extent]? {
        var given = attribute
        var axes = Array(0..<rank)
        if given == nil {
            _ = try inputs.tensorFact(1)
            given = try inputs.knownIntegers(1)
            if try inputs.optionalTensorFact(3) != nil {
                guard let named = try inputs.knownIntegers(3) else { return nil }
                axes = try AxisIndex.resolve(named, rank: rank)
            }
        }
        guard let given else { return nil }
        guard given.count == 2 * axes.count else {
            throw EngineError(.invalidInput, "\(given.count) pads for \(axes.count) axes")
        }
        var pads = [PadMode.Extent](repeating: PadMode.Extent(), count: rank)
        for (index, axis) in axes.enumerated() {
            pads[axis] = PadMode.Extent(before: given[index], after: given[index + axes.count])
        }
        return pads
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let type = data.elementType
        if let fill = try inputs.optionalTensorFact(2), attribute == nil, fill.dataType != type {
            throw EngineError(.malformedModel, "the fill value is \(fill.type), the data \(type)")
        }
        guard let dims = data.dims else { return [Fact(type, nil)] }
        guard let pads = try pads(inputs, rank: dims.count) else {
            return [Fact(type, [Dim](repeating: .unknown, count: dims.count))]
        }
        var result = dims
        for (axis, pad) in pads.enumerated() where !pad.isZero {
            if let extent = dims[axis].value {
                result[axis] = .known(try mode.padded(extent, by: pad, axis: axis))
            } else {
                result[axis] = .unknown
            }
        }
        return [Fact(type, result)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let rank = source.shape.rank
        guard let pads = try pads(run.constantFacts, rank: rank) else { return }
        if mode == .constant {
            let fill = run.optionalTensor(2).flatMap { $0.count == 1 && attribute == nil ? $0 : nil }
            let value = if let fill { fill } else { try self.fill(source.dataType) }
            PadMode.fill(target, with: value, in: run)
            try PadMode.copyOverlap(from: source, to: target, shifts: pads.map(\.before), in: run)
            return
        }
        var tables: [[Int]] = []
        var inner = 1
        var axis = rank - 1
        while axis >= 0 {
            let stride = source.shape.count(in: axis + 1..<rank)
            if tables.isEmpty, pads[axis].isZero {
                inner *= source.shape[axis]
            } else {
                tables.append(
                    mode.table(extent: source.shape[axis], pad: pads[axis], count: target.shape[axis]).map { $0 * stride })
            }
            axis -= 1
        }
        TableCopy(tables: tables.reversed(), run: inner).apply(from: source, to: target, in: run)
    }

    /// The attribute's value in the type of the data.
    private func fill(_ dataType: DataType) throws(EngineError) -> Tensor {
        let tensor = Tensor(dataType: dataType, shape: .scalar)
        tensor.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: dataType.byteWidth)
        if value == 0 { return tensor }
        switch dataType {
        case .float32: tensor.mutablePointer(as: Float.self).pointee = value
        case .float64: tensor.mutablePointer(as: Double.self).pointee = Double(value)
        case .float16: tensor.mutablePointer(as: Float16.self).pointee = Float16(value)
        default: throw EngineError(.unsupported, "the attribute 'value' for \(dataType)")
        }
        return tensor
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<4) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, let pads = try? pads(facts, rank: rank), axis < rank else {
            return [.mixed("its pads are not known")]
        }
        return [pads[axis].isZero ? .axis(axis) : .mixed("it pads the batch axis")]
    }
}
