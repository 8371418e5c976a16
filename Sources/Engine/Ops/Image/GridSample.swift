internal import Tensors

/// Samples of an image or volume at the coordinates of a grid.
struct GridSample: Operation {
    let node: Node
    let settings: GridSampler.Settings

    static let entries: [OperatorEntry] = [
        OperatorEntry("GridSample") { node throws(EngineError) in GridSample(node: node, settings: try GridSampler.Settings(node)) },
        OperatorEntry("GridSample", domain: "com.microsoft") { node throws(EngineError) in
            GridSample(node: node, settings: try GridSampler.Settings(node))
        },
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X")
        let grid = try node.tensorFact(inputs, 1, "grid", .floating)
        let dataType = x.dataType ?? .float32
        guard [DataType].arithmetic.contains(dataType) || dataType == .bool else { throw node.unsupported("sampling of \(dataType)") }
        guard let dims = x.dims, let places = grid.dims else { return [Fact(dataType, nil)] }
        guard dims.count >= 3, places.count == dims.count else {
            throw node.malformed("a grid of rank \(places.count) does not fit an input of rank \(dims.count)")
        }
        try node.checkExtent(places[0], dims[0], "the first extent of the grid")
        try node.checkExtent(places[places.count - 1], .known(dims.count - 2), "the last extent of the grid")
        return [try node.outputFact(dataType, [dims[0] == .unknown ? places[0] : dims[0], dims[1]] + places[1..<places.count - 1])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        switch run.tensor(0).dataType {
        case .float64, .int32, .uint32, .int64, .uint64: sample(run, Double.self)
        default: sample(run, Float.self)
        }
    }

    private func sample<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let (x, grid) = (run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(1), as: T.self))
        let output = run.destination(0, as: T.self)
        let sampler = GridSampler(settings: settings, extents: Array(shape.dims[2...]))
        let (axes, inputs) = (shape.rank - 2, shape.count(in: 2..<shape.rank))
        let places = output.tensor.shape.count(in: 2..<shape.rank)
        let channels = shape[1]
        run.parallel(shape[0], costPerPiece: 32 &* places &* channels) { range in
            var point = [T](repeating: 0, count: axes)
            var taps = GridSampler.Taps<T>()
            for image in range {
                for place in 0..<places {
                    let coordinates = grid + (image * places + place) * axes
                    // The grid gives the last axis first.
                    for axis in 0..<axes { point[axis] = coordinates[axes - 1 - axis] }
                    sampler.find(point, &taps)
                    for channel in 0..<channels {
                        let plane = x + (image * channels + channel) * inputs
                        var sum: T = 0
                        for tap in taps.offsets.indices { sum += taps.weights[tap] * plane[taps.offsets[tap]] }
                        output.elements[(image * channels + channel) * places + place] = sum
                    }
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs { if case .mixed = input { return [input] } }
        if inputs.allSatisfy({ $0 == .absent }) { return [.absent] }
        // Channels share a grid; images have each their own.
        if inputs[0] == .axis(1), inputs[1] == .absent { return [.axis(1)] }
        return [inputs[0] == .axis(0) && inputs[1] == .axis(0) ? .axis(0) : .mixed("its grid differs from row to row")]
    }
}
