import Tensors

/// The Fourier transforms of overlapping frames of a signal, each weighted by a window.
struct ShortTimeFourierTransform: Operation {
    private let isOneSided: Bool

    static let entries = [OperatorEntry("STFT", make: ShortTimeFourierTransform.init(node:))]

    init(node: Node) throws(EngineError) {
        isOneSided = try node.bool("onesided", default: true)
    }

    /// Length and distance of the frames; nil while unknown.
    private func frame(_ inputs: [Fact?], samples: Int?) throws(EngineError) -> (length: Int, step: Int)? {
        _ = try inputs.tensorFact(1)
        let step = try inputs.knownInteger(1)
        let window = try inputs.optionalTensorFact(2)
        var length: Int?
        if try inputs.optionalTensorFact(3) != nil {
            length = try inputs.knownInteger(3)
        } else {
            length = window == nil ? samples : window?.vectorLength
        }
        guard let length, let step else { return nil }
        guard length >= 1, step >= 1 else { throw EngineError(.invalidInput, "frames of \(length) every \(step) samples") }
        if let count = window?.vectorLength, count != length {
            throw EngineError(.invalidInput, "a window of \(count) for frames of \(length)")
        }
        if let samples, samples < length {
            throw EngineError(.invalidInput, "frames of \(length) in a signal of \(samples) samples")
        }
        return (length, step)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let signal = try inputs.tensorFact(0)
        let type = signal.elementType
        guard type.isFloatingPoint, RealElements.exist(for: type) else {
            throw EngineError(.malformedModel, "the signal is \(type), expected a floating-point type")
        }
        if let window = try inputs.optionalTensorFact(2), window.dataType != type {
            throw EngineError(.malformedModel, "the window is \(window.type), the signal \(type)")
        }
        guard let dims = signal.dims else { return [Fact(type, [.unknown, .unknown, .unknown, 2])] }
        guard dims.count == 3 || dims.count == 2 else {
            throw EngineError(.invalidInput, "a signal of rank \(dims.count), expected 3")
        }
        if dims.count == 3, let width = dims[2].value, width != 1, width != 2 {
            throw EngineError(.invalidInput, "a last axis of \(width), expected 1 or 2")
        }
        let frame = try frame(inputs, samples: dims[1].value)
        var frames = Dim.unknown
        if let frame, let samples = dims[1].value { frames = .known((samples - frame.length) / frame.step + 1) }
        let bins = frame.map { Dim.known(isOneSided ? $0.length / 2 + 1 : $0.length) } ?? .unknown
        return [Fact(type, [dims[0], frames, bins, 2])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let signal = run.tensor(0)
        let samples = signal.shape[1]
        guard let frame = try frame(run.constantFacts, samples: samples) else { return }
        let target = try run.target(0, of: self)
        if target.count == 0 { return }
        let transform = try FourierTransform<Double>(length: frame.length)
        typealias Complex = FourierTransform<Double>.Complex
        let length = frame.length
        let width = signal.shape.rank == 3 ? signal.shape[2] : 1
        let frames = target.shape[1]
        let bins = target.shape[2]
        let source = RealElements(signal)
        let window = run.optionalTensor(2)
        let weights = window.map { tensor in (0..<length).map { RealElements(tensor)[$0] } }
        let result = RealElements(target)
        run.parallel(target.shape[0] * frames, costPerPiece: length * 64) { range in
            let values = UnsafeMutablePointer<Complex>.allocate(capacity: length)
            let space = UnsafeMutablePointer<Complex>.allocate(capacity: transform.workspaceCount)
            defer {
                values.deallocate()
                space.deallocate()
            }
            for piece in range {
                let (entry, index) = piece.quotientAndRemainder(dividingBy: frames)
                let first = (entry * samples + index * frame.step) * width
                for sample in 0..<length {
                    let weight = weights?[sample] ?? 1
                    let place = first + sample * width
                    values[sample] = Complex(
                        real: source[place] * weight,
                        imaginary: width == 2 ? source[place + 1] * weight : 0)
                }
                transform.transform(values, space)
                for bin in 0..<bins {
                    result[(piece * bins + bin) * 2] = values[bin].real
                    result[(piece * bins + bin) * 2 + 1] = values[bin].imaginary
                }
            }
        }
        withExtendedLifetime((signal, target)) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<4) { return [obstacle] }
        guard case .axis(let rows) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        return [rows == 0 ? .axis(0) : .mixed("it cuts frames along the batch axis")]
    }
}
