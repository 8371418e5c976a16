import Tensors

/// The discrete Fourier transform along one axis of real or complex signals; their last axis holds real and imaginary part.
struct DiscreteFourierTransform: Operation {
    private let isInverse: Bool
    private let isOneSided: Bool
    /// The axis when it is an attribute, as before version 20.
    private let attribute: Int?

    static let entries = [OperatorEntry("DFT", make: DiscreteFourierTransform.init(node:))]

    init(node: Node) throws(EngineError) {
        isInverse = try node.bool("inverse", default: false)
        isOneSided = try node.bool("onesided", default: false)
        attribute = node.version < 20 ? try node.int("axis", default: 1) : nil
    }

    /// The transformed axis; nil while unknown.
    private func axis(_ inputs: [Fact?], rank: Int) throws(EngineError) -> Int? {
        var given = attribute
        if given == nil {
            if try inputs.optionalTensorFact(2) == nil { given = -2 } else { given = try inputs.knownInteger(2) }
        }
        guard let given else { return nil }
        let axis = try AxisIndex.resolve(given, rank: rank)
        guard axis < rank - 1 else { throw EngineError(.malformedModel, "the axis is that of real and imaginary parts") }
        return axis
    }

    /// The length of the transform; nil while unknown.
    private func length(_ inputs: [Fact?], extent: Int?) throws(EngineError) -> Int? {
        var length: Int?
        if try inputs.optionalTensorFact(1) != nil {
            length = try inputs.knownInteger(1)
        } else if let extent {
            length = isInverse && isOneSided ? 2 * (extent - 1) : extent
        }
        if let length, length < 1 { throw EngineError(.invalidInput, "a transform of length \(length)") }
        return length
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let signal = try inputs.tensorFact(0)
        let type = signal.elementType
        guard type.isFloatingPoint, RealElements.exist(for: type) else {
            throw EngineError(.malformedModel, "the signal is \(type), expected a floating-point type")
        }
        guard var dims = signal.dims else { return [Fact(type, nil)] }
        guard dims.count >= 2 else { throw EngineError(.invalidInput, "a signal of rank \(dims.count), expected at least 2") }
        if let width = dims[dims.count - 1].value, width != 1, width != 2 {
            throw EngineError(.invalidInput, "a last axis of \(width), expected 1 or 2")
        }
        dims[dims.count - 1] = isInverse && isOneSided ? 1 : 2
        guard let axis = try axis(inputs, rank: dims.count) else {
            return [Fact(type, [Dim](repeating: .unknown, count: dims.count - 1) + [dims[dims.count - 1]])]
        }
        let length = try length(inputs, extent: dims[axis].value)
        if let length {
            dims[axis] = .known(isOneSided && !isInverse ? length / 2 + 1 : length)
        } else {
            let isGiven = try inputs.optionalTensorFact(1) != nil
            if isGiven || isOneSided { dims[axis] = .unknown }
        }
        return [Fact(type, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let signal = run.tensor(0)
        let facts = run.constantFacts
        let rank = signal.shape.rank
        guard let axis = try axis(facts, rank: rank), let length = try length(facts, extent: signal.shape[axis]) else {
            return
        }
        let target = try run.target(0, of: self)
        if target.count == 0 { return }
        // Forward in double precision, so that what should cancel does. A spectrum has been rounded to its type already:
        // the way back gains nothing from more digits, save where convolution would lose some.
        if !isInverse || signal.dataType == .float64 || !FourierLimits.hasPasses(length) {
            transform(signal, to: target, axis: axis, try FourierTransform<Double>(length: length), run)
        } else {
            transform(signal, to: target, axis: axis, try FourierTransform<Float>(length: length), run)
        }
    }

    private func transform<Scalar>(
        _ signal: Tensor, to target: Tensor, axis: Int, _ transform: FourierTransform<Scalar>, _ run: NodeRun
    ) {
        typealias Complex = FourierTransform<Scalar>.Complex
        let length = transform.length
        let rank = signal.shape.rank
        let (extent, width) = (signal.shape[axis], signal.shape[rank - 1])
        let (bins, outputWidth) = (target.shape[axis], target.shape[rank - 1])
        let inner = signal.shape.count(in: axis + 1..<rank - 1)
        let lines = signal.shape.count(in: 0..<axis) * inner
        let source = RealElements(signal)
        let result = RealElements(target)
        let taken = min(extent, isInverse && isOneSided ? length / 2 + 1 : length)
        run.parallel(lines, costPerPiece: length * 64) { range in
            let values = UnsafeMutablePointer<Complex>.allocate(capacity: length)
            let space = UnsafeMutablePointer<Complex>.allocate(capacity: transform.workspaceCount)
            defer {
                values.deallocate()
                space.deallocate()
            }
            for line in range {
                let (block, offset) = line.quotientAndRemainder(dividingBy: inner)
                values.update(repeating: .zero, count: length)
                for index in 0..<taken {
                    let place = ((block * extent + index) * inner + offset) * width
                    values[index] = Complex(
                        real: Scalar(source[place]), imaginary: width == 2 ? Scalar(source[place + 1]) : 0)
                }
                if isInverse {
                    if isOneSided { Self.mirror(values, length: length) }
                    transform.inverse(values, space)
                } else {
                    transform.transform(values, space)
                }
                for index in 0..<bins {
                    let place = ((block * bins + index) * inner + offset) * outputWidth
                    result[place] = Double(values[index].real)
                    if outputWidth == 2 { result[place + 1] = Double(values[index].imaginary) }
                }
            }
        }
        withExtendedLifetime((signal, target)) {}
    }

    /// Completes half a spectrum to that of a real signal.
    private static func mirror<Scalar>(_ values: UnsafeMutablePointer<FourierTransform<Scalar>.Complex>, length: Int) {
        values[0].imaginary = 0
        if length % 2 == 0 { values[length / 2].imaginary = 0 }
        for index in 1..<max(1, (length + 1) / 2) { values[length - index] = values[index].conjugate }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<3) { return [obstacle] }
        guard case .axis(let rows) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, let axis = try? axis(facts, rank: rank), axis != rows, rows < rank - 1 else {
            return [.mixed("it transforms along the batch axis")]
        }
        return [.axis(rows)]
    }
}
