internal import Tensors

/// Puts elements back where a max pooling took them from, with zeros elsewhere.
struct MaxUnpool: Operation {
    let node: Node
    let attributes: WindowAttributes

    static let entries: [OperatorEntry] = [
        OperatorEntry("MaxUnpool") { node throws(EngineError) in
            let attributes = try WindowAttributes(node)
            guard attributes.kernel != nil else { throw node.malformed("attribute 'kernel_shape' is missing") }
            return MaxUnpool(node: node, attributes: attributes)
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let indices = try node.tensorFact(inputs, 1, "I", [.int64])
        let shape = try node.optionalTensorFact(inputs, 2, "output_shape", [.int64])
        let dataType = x.dataType ?? .float32
        guard let dims = x.dims else { return [Fact(dataType, nil)] }
        try node.checkDims(indices, dims, "I")
        let natural = try naturalDims(dims)
        guard let shape else { return [try node.outputFact(dataType, natural)] }
        guard let target = shape.value?.integers else { return [Fact(dataType, [Dim](repeating: .unknown, count: dims.count))] }
        guard target.count == dims.count, Shape(checking: target) != nil else {
            throw node.malformed("output_shape \(target) does not fit an input of rank \(dims.count)")
        }
        for (axis, pair) in zip(target, natural).enumerated() {
            guard let extent = pair.1.value, pair.0 < extent || (axis < 2 && pair.0 != extent) else { continue }
            throw node.malformed("output_shape \(target) is smaller than what was pooled: \(natural)")
        }
        return [try node.outputFact(dataType, target.map(Dim.known))]
    }

    /// The extents of what was pooled.
    private func naturalDims(_ dims: [Dim]) throws(EngineError) -> [Dim] {
        let kernel = attributes.kernel ?? []
        guard dims.count == kernel.count + 2 else {
            throw node.malformed("an input of rank \(dims.count) does not fit a kernel over \(kernel.count) axes")
        }
        try attributes.check(node, spatialRank: kernel.count)
        var result = Array(dims[..<2])
        for (axis, extent) in kernel.enumerated() {
            guard let input = dims[axis + 2].value else {
                result.append(.unknown)
                continue
            }
            var pads = 0
            if case .explicit(let list?) = attributes.padding { pads = list[axis] + list[kernel.count + axis] }
            let (spread, overflow) = (attributes.strides?[axis] ?? 1).multipliedReportingOverflow(by: max(input - 1, 0))
            guard !overflow, spread < Int.max / 4, spread + extent - pads >= 0 else {
                throw node.malformed("its window does not fit \(input) positions")
            }
            result.append(.known(input == 0 ? 0 : spread + extent - pads))
        }
        return result
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = try run.target(0, of: self)
        switch output.dataType.byteWidth {
        case 2: try place(run, output, UInt16.self)
        case 8: try place(run, output, UInt64.self)
        default: try place(run, output, UInt32.self)
        }
    }

    private func place<E: BitwiseCopyable & FixedWidthInteger>(_ run: NodeRun, _ output: Tensor, _ type: E.Type) throws(EngineError) {
        let (x, indices) = (run.tensor(0), run.tensor(1).pointer(as: Int64.self))
        let (source, target) = (x.pointer(as: type), output.mutablePointer(as: type))
        // All bits zero is zero in every floating type.
        target.update(repeating: 0, count: output.count)
        let natural = try naturalDims(x.shape.dims.map(Dim.known)).map { $0.value ?? 0 }
        guard let naturalShape = Shape(checking: natural) else { throw node.malformed("its window does not fit") }
        let isNatural = natural == output.shape.dims
        let strides = output.shape.strides
        for i in 0..<x.count {
            let index = indices[i]
            guard index >= 0, index < naturalShape.count else {
                throw EngineError(.invalidInput, "index \(index) is outside \(naturalShape)", place: node.place)
            }
            var at = Int(index)
            if !isNatural {
                var rest = at
                at = 0
                for axis in natural.indices.reversed() {
                    at += rest % natural[axis] * strides[axis]
                    rest /= natural[axis]
                }
            }
            target[at] = source[i]
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let isRowless = inputs.allSatisfy { $0 == .absent }
        return [isRowless ? .absent : .mixed("its indices count the elements of all rows")]
    }
}
