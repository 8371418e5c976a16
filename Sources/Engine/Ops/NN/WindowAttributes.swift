/// The window of a convolution or pooling as the model gives it.
struct WindowAttributes: Sendable {
    enum Padding: Sendable {
        /// Begins, then ends; nil for none.
        case explicit([Int]?)
        case sameUpper
        case sameLower
        case valid
    }

    let kernel: [Int]?
    let strides: [Int]?
    let dilations: [Int]?
    let padding: Padding
    /// The last window may reach past the padded end.
    let roundsUp: Bool

    /// Largest magnitude that an attribute may have: sums and products of two of them fit an `Int`.
    static let largestValue = Int(Int32.max)

    init(_ node: Node) throws(EngineError) {
        kernel = try Self.list(node, "kernel_shape", atLeast: 1)
        strides = try Self.list(node, "strides", atLeast: 1)
        dilations = try Self.list(node, "dilations", atLeast: 1)
        roundsUp = try node.bool("ceil_mode", default: false)
        let pads = try Self.list(node, "pads", atLeast: -Self.largestValue)
        switch try node.string("auto_pad", default: "NOTSET") {
        case "NOTSET", "": padding = .explicit(pads)
        case "SAME_UPPER": padding = .sameUpper
        case "SAME_LOWER": padding = .sameLower
        case "VALID": padding = .valid
        case let other: throw node.malformed("attribute 'auto_pad' is '\(other)'")
        }
    }

    private static func list(_ node: Node, _ name: String, atLeast minimum: Int) throws(EngineError) -> [Int]? {
        guard let values = try node.ints(name) else { return nil }
        for value in values where value < minimum || value > largestValue {
            throw node.malformed("attribute '\(name)' holds \(value), which is outside \(minimum)...\(largestValue)")
        }
        return values
    }

    /// Throws unless every list that is given fits `rank` spatial axes.
    func check(_ node: Node, spatialRank rank: Int) throws(EngineError) {
        for (name, list) in [("kernel_shape", kernel), ("strides", strides), ("dilations", dilations)] {
            if let list, list.count != rank {
                throw node.malformed("attribute '\(name)' has \(list.count) values for \(rank) spatial axes")
            }
        }
        if case .explicit(let pads?) = padding, pads.count != 2 * rank {
            throw node.malformed("attribute 'pads' has \(pads.count) values for \(rank) spatial axes")
        }
    }

    /// Whether a kernel of these extents reads exactly the input at each output's own position, however large the input is.
    func isPointwise(kernel: [Int]) -> Bool {
        guard kernel.allSatisfy({ $0 == 1 }), strides?.allSatisfy({ $0 == 1 }) ?? true else { return false }
        if case .explicit(let pads?) = padding { return pads.allSatisfy { $0 == 0 } }
        return true
    }

    /// Whether the input may be cropped.
    var crops: Bool {
        if case .explicit(let pads?) = padding { pads.contains { $0 < 0 } } else { false }
    }

    /// How the window slides along spatial axis `index`. Call ``check(_:spatialRank:)`` first.
    func axis(_ node: Node, _ index: Int, of rank: Int, input: Int, kernel extent: Int) throws(EngineError) -> WindowAxis {
        guard extent >= 1, extent <= Self.largestValue else { throw node.malformed("a kernel extent is \(extent)") }
        let stride = strides?[index] ?? 1
        let dilation = dilations?[index] ?? 1
        let reach = (extent - 1) * dilation + 1
        var axis = WindowAxis(input: input, output: 0, kernel: extent, stride: stride, dilation: dilation, padBegin: 0, padEnd: 0)
        switch padding {
        case .sameUpper, .sameLower:
            axis.output = input == 0 ? 0 : (input - 1) / stride + 1
            let total = axis.output == 0 ? 0 : max(0, (axis.output - 1) * stride + reach - input)
            if case .sameUpper = padding { axis.padBegin = total / 2 } else { axis.padBegin = total - total / 2 }
            axis.padEnd = total - axis.padBegin
            return axis
        case .explicit(let pads?):
            axis.padBegin = pads[index]
            axis.padEnd = pads[rank + index]
        case .explicit(nil), .valid: break
        }
        let room = input + axis.padBegin + axis.padEnd - reach
        guard room >= 0 else {
            if input == 0 { return axis }
            throw node.malformed("a kernel that reaches over \(reach) does not fit a padded extent of \(input + axis.padBegin + axis.padEnd)")
        }
        axis.output = room / stride + 1
        if roundsUp, room % stride != 0, axis.output * stride < input + axis.padBegin { axis.output += 1 }
        return axis
    }

    /// The window over known spatial extents.
    func window(_ node: Node, input: [Int], kernel: [Int]) throws(EngineError) -> Window {
        try check(node, spatialRank: input.count)
        var axes: [WindowAxis] = []
        axes.reserveCapacity(input.count)
        for index in input.indices {
            axes.append(try axis(node, index, of: input.count, input: input[index], kernel: kernel[index]))
        }
        return Window(axes: axes)
    }

    /// The extents that come out, as far as they can be known.
    func outputDims(_ node: Node, input: [Dim], kernel: [Dim]) throws(EngineError) -> [Dim] {
        try check(node, spatialRank: input.count)
        let rank = input.count
        var dims: [Dim] = []
        for index in input.indices {
            if let extent = input[index].value, let kernel = kernel[index].value {
                dims.append(.known(try axis(node, index, of: rank, input: extent, kernel: kernel).output))
            } else {
                dims.append(.unknown)
            }
        }
        return dims
    }
}
