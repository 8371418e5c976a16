/// How one axis is resized.
struct ResizeExtent: Sendable, Hashable {
    var input: Int
    var output: Int
    var scale: Float = 1
    /// The part of the input that is taken, in units of its extent less one; only cropping heeds it.
    var start: Float = 0
    var end: Float = 1

    /// An axis that stays as it is.
    init(unchanged extent: Int) {
        input = extent
        output = extent
    }

    /// An axis scaled by a factor, its extent rounded down.
    init(_ node: Node, input: Int, scale: Float) throws(EngineError) {
        self.input = input
        self.scale = scale
        let product = Float(input) * scale
        guard scale > 0, product.isFinite, product < Float(1 << 53) else { throw node.malformed("a scale of \(scale) for an extent of \(input)") }
        output = Int(product)
        try check(node)
    }

    /// An axis brought to a given extent.
    init(_ node: Node, input: Int, output: Int) throws(EngineError) {
        self.input = input
        self.output = output
        guard output >= 0 else { throw node.malformed("a size of \(output)") }
        scale = input == 0 ? 1 : Float(output) / Float(input)
        try check(node)
    }

    private func check(_ node: Node) throws(EngineError) {
        if input == 0, output > 0 { throw node.malformed("an extent of 0 cannot grow to \(output)") }
    }

    func isIdentity(_ transformation: ResizeSettings.Transformation) -> Bool {
        input == output && scale == 1 && (transformation != .cropAndResize || start == 0 && end == 1)
    }
}
