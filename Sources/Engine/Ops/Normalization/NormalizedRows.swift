internal import Tensors

/// A tensor seen as rows that are each normalised by themselves: the axes from one on.
struct NormalizedRows {
    let count: Int
    let length: Int
    let shape: Shape
    let axis: Int

    init(_ shape: Shape, axis: Int) {
        self.shape = shape
        self.axis = axis
        count = shape.count(in: 0..<axis)
        length = shape.count(in: axis..<shape.rank)
    }

    /// A parameter that broadcasts to the tensor, as one element for each of a row, or for each of the tensor.
    func parameter<T: ComputeType>(_ run: NodeRun, _ tensor: Tensor, as type: T.Type) -> RowParameter<T> {
        let elements = run.elements(tensor, as: T.self)
        let dims = tensor.shape.dims
        let rank = shape.rank
        if dims.elementsEqual(shape.dims[axis...]) { return RowParameter(elements: elements, step: 0) }
        let variesByRow = dims.count > rank - axis && dims.dropLast(rank - axis).contains { $0 != 1 }
        let target = variesByRow ? shape : Shape(Array(shape.dims[axis...]))
        let expanded = run.scratch(T.self, count: target.count)
        // Strides of the parameter along the target's axes; 0 where it broadcasts.
        var strides = [Int](repeating: 0, count: target.rank)
        let own = tensor.shape.strides
        for axis in strides.indices {
            let from = axis + dims.count - target.rank
            if from >= 0, dims[from] != 1 { strides[axis] = own[from] }
        }
        var index = [Int](repeating: 0, count: target.rank)
        var offset = 0
        for i in 0..<target.count {
            expanded[i] = elements[offset]
            var axis = target.rank - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < target[axis] { break }
                offset -= strides[axis] * target[axis]
                index[axis] = 0
                axis -= 1
            }
        }
        return RowParameter(elements: UnsafePointer(expanded), step: variesByRow ? length : 0)
    }

    /// Throws unless `fact` broadcasts to `dims` without changing them.
    static func check(_ node: Node, _ fact: Fact?, _ label: String, to dims: [Dim]) throws(EngineError) {
        guard let own = fact?.dims else { return }
        guard own.count <= dims.count else { throw node.malformed("input '\(label)' of rank \(own.count) does not broadcast to \(dims)") }
        for (have, want) in zip(own.reversed(), dims.reversed()) where have != 1 {
            try node.checkExtent(have, want, "an extent of input '\(label)' that is not 1")
        }
    }

    /// Rows stay apart unless they are normalised over, or a parameter differs between them.
    static func rows(_ node: Node, _ inputs: [RowAxis], _ facts: [Fact?], axis: Int, parameters: [Int]) -> RowAxis {
        guard case .axis(let row) = inputs[0] else {
            return inputs.first { if case .mixed = $0 { true } else { false } } ?? (inputs.allSatisfy { $0 == .absent } ? .absent : .mixed("its parameters differ from row to row"))
        }
        guard let rank = facts[0]?.rank, let position = try? node.normalizedAxis(axis, rank: rank) else {
            return .mixed("its rank is unknown")
        }
        guard row < position else { return .mixed("it normalises over the rows") }
        for index in parameters where index < facts.count {
            guard inputs[index] == .absent else { return .mixed("its parameters differ from row to row") }
            guard let fact = facts[index] else { continue }
            guard let own = fact.dims else { return .mixed("the shape of a parameter is unknown") }
            let there = row + own.count - rank
            if there >= 0, own[there] != 1 { return .mixed("its parameters differ from row to row") }
        }
        return .axis(row)
    }
}

/// The parameter of one row starts at `elements + row · step`.
struct RowParameter<T: ComputeType> {
    let elements: UnsafePointer<T>
    let step: Int

    func row(_ index: Int) -> UnsafePointer<T> { elements + index * step }
}
