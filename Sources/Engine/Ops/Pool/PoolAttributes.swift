internal import Tensors

/// What every pooling's node says, and the rules of shape they share.
struct PoolAttributes: Sendable {
    let node: Node
    let window: WindowAttributes

    init(_ node: Node) throws(EngineError) {
        self.node = node
        window = try WindowAttributes(node)
        guard window.kernel != nil else { throw node.malformed("attribute 'kernel_shape' is missing") }
    }

    var kernel: [Int] { window.kernel ?? [] }

    /// The extents that come out of x [N, C, spatial…]; nil while its rank is unknown.
    func output(_ x: Fact) throws(EngineError) -> [Dim]? {
        guard let dims = x.dims else { return nil }
        guard dims.count == kernel.count + 2 else {
            throw node.malformed("an input of rank \(dims.count) does not fit a kernel over \(kernel.count) axes")
        }
        return dims[..<2] + (try window.outputDims(node, input: Array(dims[2...]), kernel: kernel.map(Dim.known)))
    }

    func window(over shape: Shape) throws(EngineError) -> Window {
        try window.window(node, input: Array(shape.dims[2...]), kernel: kernel)
    }

    /// Batch and channels stay apart.
    static func rows(_ inputs: [RowAxis]) -> RowAxis {
        guard case .axis(let axis)? = inputs.first else { return inputs.first ?? .absent }
        return axis < 2 ? .axis(axis) : .mixed("it combines positions along axis \(axis)")
    }
}
