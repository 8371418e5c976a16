internal import Tensors

/// The sampling grid of a batch of affine maps, for images or volumes.
struct AffineGrid: Operation {
    let node: Node
    let alignsCorners: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("AffineGrid") { node throws(EngineError) in
            AffineGrid(node: node, alignsCorners: try node.bool("align_corners", default: false))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let theta = try node.tensorFact(inputs, 0, "theta", .floating)
        let size = try node.tensorFact(inputs, 1, "size", [.int64])
        try node.checkRank(theta, "theta", 3)
        try node.checkRank(size, "size", 1)
        let dataType = theta.dataType ?? .float32
        guard let values = size.value?.integers else {
            guard let length = size.dim(0).value, length == 4 || length == 5 else { return [Fact(dataType, nil)] }
            return [Fact(dataType, [.unknown] + [Dim](repeating: .unknown, count: length - 2) + [.known(length - 2)])]
        }
        guard values.count == 4 || values.count == 5, Shape(checking: values) != nil else { throw node.malformed("size is \(values)") }
        let axes = values.count - 2
        try node.checkDims(theta, [.known(values[0]), .known(axes), .known(axes + 1)], "theta")
        return [try node.outputFact(dataType, [.known(values[0])] + values[2...].map(Dim.known) + [.known(axes)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = try run.target(0, of: self)
        if output.dataType == .float64 { fill(run, output, Double.self) } else { fill(run, output, Float.self) }
    }

    private func fill<T: Real>(_ run: NodeRun, _ output: Tensor, _ type: T.Type) {
        let theta = run.elements(run.tensor(0), as: T.self)
        let result = run.destination(output, as: T.self)
        let extents = Array(output.shape.dims[1..<output.shape.rank - 1])
        let axes = extents.count
        let positions = extents.reduce(1, *)
        var point = [T](repeating: 0, count: axes)
        for image in 0..<output.shape[0] {
            let map = theta + image * axes * (axes + 1)
            for position in 0..<positions {
                // Coordinates run from the last axis to the first: x, y, z.
                var rest = position
                for axis in 0..<axes {
                    let extent = extents[axes - 1 - axis]
                    point[axis] = coordinate(rest % extent, extent)
                    rest /= extent
                }
                let target = result.elements + (image * positions + position) * axes
                for row in 0..<axes {
                    var sum: T = 0
                    for axis in 0..<axes { sum += map[row * (axes + 1) + axis] * point[axis] }
                    target[row] = sum + map[row * (axes + 1) + axes]
                }
            }
        }
        result.finish()
    }

    private func coordinate<T: Real>(_ index: Int, _ extent: Int) -> T {
        if alignsCorners { return extent == 1 ? -1 : 2 * T(index) / T(extent - 1) - 1 }
        return (2 * T(index) + 1) / T(extent) - 1
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        // The size names the batch, so a batch of another size is another model.
        [inputs.allSatisfy { $0 == .absent } ? .absent : .mixed("its size names the number of rows")]
    }
}
