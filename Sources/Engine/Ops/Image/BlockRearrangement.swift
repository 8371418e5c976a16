internal import Tensors

/// DepthToSpace and SpaceToDepth: blocks of positions to and from channels.
struct BlockRearrangement: Operation {
    let node: Node
    let block: Int
    /// Channels are ordered channel, row, column; else row, column, channel.
    let isChannelMajor: Bool
    let toSpace: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("DepthToSpace") { node throws(EngineError) in try BlockRearrangement(node, toSpace: true) },
        OperatorEntry("SpaceToDepth") { node throws(EngineError) in try BlockRearrangement(node, toSpace: false) },
    ]

    init(_ node: Node, toSpace: Bool) throws(EngineError) {
        self.node = node
        self.toSpace = toSpace
        block = try node.required("blocksize", try node.int("blocksize"))
        guard block > 0, block <= WindowAttributes.largestValue else { throw node.malformed("attribute 'blocksize' is \(block)") }
        switch try node.string("mode", default: "DCR") {
        case "DCR": isChannelMajor = false
        case "CRD": isChannelMajor = true
        case let other: throw node.malformed("attribute 'mode' is '\(other)'")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input")
        try node.checkRank(x, "input", 4)
        guard let dims = x.dims else { return [Fact(type: x.type)] }
        let deep = toSpace ? [block * block, 1, 1] : [1, block, block]
        var result = [dims[0]]
        for (axis, divisor) in deep.enumerated() {
            guard let extent = dims[axis + 1].value else {
                result.append(.unknown)
                continue
            }
            guard extent % divisor == 0 else { throw node.malformed("extent \(extent) does not divide into blocks of \(block)") }
            let factor = axis == 0 ? (toSpace ? 1 : block * block) : (toSpace ? block : 1)
            let (product, overflow) = (extent / divisor).multipliedReportingOverflow(by: factor)
            if overflow { throw node.malformed("blocks of \(block) are too large") }
            result.append(.known(product))
        }
        return [try node.outputFact(x.dataType ?? .float32, result)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, y) = (run.tensor(0), run.output(0))
        if x.dataType == .string {
            let strings = x.strings
            var result = strings
            move(x.shape, y.shape) { result[$1] = strings[$0] }
            y.setStrings(result)
            return
        }
        switch x.dataType.byteWidth {
        case 1: copy(x, y, UInt8.self)
        case 2: copy(x, y, UInt16.self)
        case 4: copy(x, y, UInt32.self)
        case 8: copy(x, y, UInt64.self)
        default: copy(x, y, SIMD2<UInt64>.self)
        }
    }

    private func copy<E: BitwiseCopyable>(_ x: Tensor, _ y: Tensor, _ type: E.Type) {
        let (from, to) = (x.pointer(as: type), y.mutablePointer(as: type))
        move(x.shape, y.shape) { to[$1] = from[$0] }
    }

    /// Calls `body` with where each element is in the input and where it goes in the output.
    @inline(__always)
    private func move(_ input: Shape, _ output: Shape, _ body: (Int, Int) -> Void) {
        let (deep, flat) = toSpace ? (input, output) : (output, input)
        let channels = flat[1]
        for image in 0..<deep[0] {
            for channel in 0..<channels {
                for row in 0..<flat[2] {
                    for column in 0..<flat[3] {
                        let inBlock = row % block * block + column % block
                        let depth = isChannelMajor ? channel * block * block + inBlock : inBlock * channels + channel
                        let deepAt = ((image * deep[1] + depth) * deep[2] + row / block) * deep[3] + column / block
                        let flatAt = ((image * channels + channel) * flat[2] + row) * flat[3] + column
                        if toSpace { body(deepAt, flatAt) } else { body(flatAt, deepAt) }
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = inputs[0] else { return [inputs[0]] }
        return [axis == 0 ? .axis(0) : .mixed("it rearranges axis \(axis)")]
    }
}
