internal import Tensors

/// Col2Im: adds blocks, one a column, back to the image they were cut from.
struct ColumnsToImage: Operation {
    let node: Node
    let attributes: WindowAttributes

    static let entries: [OperatorEntry] = [
        OperatorEntry("Col2Im") { node throws(EngineError) in ColumnsToImage(node: node, attributes: try WindowAttributes(node)) }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", .arithmetic)
        let image = try node.tensorFact(inputs, 1, "image_shape", [.int64])
        let block = try node.tensorFact(inputs, 2, "block_shape", [.int64])
        try node.checkRank(x, "input", 3)
        try node.checkRank(image, "image_shape", 1)
        try node.checkRank(block, "block_shape", 1)
        let dataType = x.dataType ?? .float32
        guard let imageShape = image.value?.integers, let blockShape = block.value?.integers else {
            let rank = (image.dim(0).value ?? block.dim(0).value).flatMap { $0 < 64 ? $0 : nil }
            return [Fact(dataType, rank.map { [x.dim(0), .unknown] + [Dim](repeating: .unknown, count: $0) })]
        }
        let window = try window(imageShape, blockShape)
        var channels = Dim.unknown
        if let height = x.dim(1).value {
            guard height % window.kernelCount == 0 else {
                throw node.malformed("\(height) rows of columns do not divide into blocks of \(window.kernelCount)")
            }
            channels = .known(height / window.kernelCount)
        }
        try node.checkExtent(x.dim(2), .known(window.outputCount), "the number of blocks")
        return [try node.outputFact(dataType, [x.dim(0), channels] + imageShape.map(Dim.known))]
    }

    private func window(_ image: [Int], _ block: [Int]) throws(EngineError) -> Window {
        guard image.count == block.count, !image.isEmpty, Shape(checking: image) != nil, Shape(checking: block) != nil else {
            throw node.malformed("image_shape \(image) and block_shape \(block) do not fit together")
        }
        let window = try attributes.window(node, input: image, kernel: block)
        guard Shape(checking: window.output) != nil else { throw node.malformed("there are too many blocks") }
        return window
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let window = try window(run.integers(1) ?? [], run.integers(2) ?? [])
        let target = try run.target(0, of: self)
        // Integers of up to 32 bits are exact in float64; wider ones wrap only where float64 could not count them either.
        if run.tensor(0).dataType == .float32 || run.tensor(0).dataType == .float16 || run.tensor(0).dataType == .bfloat16 {
            add(run, window, run.destination(target, as: Float.self))
        } else {
            add(run, window, run.destination(target, as: Double.self))
        }
    }

    private func add<T: SpreadElement>(_ run: NodeRun, _ window: Window, _ output: Destination<T>) {
        let x = run.elements(run.tensor(0), as: T.self)
        let columns = window.kernelCount * window.outputCount
        let planes = run.tensor(0).shape[0] * (output.tensor.shape[1])
        run.parallel(planes, costPerPiece: 2 &* columns) { range in
            for plane in range {
                let target = output.elements + plane * window.inputCount
                target.update(repeating: 0, count: window.inputCount)
                T.spread(x + plane * columns, window, target)
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ConvolutionAttributes.rows(inputs)] }
}
