internal import Tensors

/// Joins 8-bit tensors along an axis, each brought to the scale of the output.
///
/// Inputs: scale and zero point of the output, then each tensor with its own.
struct QLinearConcat: Operation {
    let node: Node
    let axis: Int

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard inputs.count >= 5, (inputs.count - 2) % 3 == 0 else {
            throw node.malformed("it has \(inputs.count) inputs, which should be 2 and 3 for each tensor")
        }
        let first = try node.operand(inputs, 2, of: ByteQuantization.types)
        try ByteQuantization.check(inputs, 0, type: first, node: node)
        var result: [Dim]?
        for index in stride(from: 2, to: inputs.count, by: 3) {
            let x = try node.operand(inputs, index, like: first)
            try ByteQuantization.check(inputs, index + 1, type: x, node: node)
            guard let dims = x.dims else { return [Fact(type: first.type)] }
            result = try joined(result, dims)
        }
        return [Fact(type: first.type, dims: result)]
    }

    private func joined(_ result: [Dim]?, _ dims: [Dim]) throws(EngineError) -> [Dim] {
        guard var result else { return dims }
        let axis = try node.normalizedAxis(axis, rank: result.count)
        guard dims.count == result.count else { throw node.malformed("tensors of \(dims.count) and \(result.count) axes cannot be joined") }
        for position in result.indices {
            if position != axis {
                try node.checkExtent(dims[position], result[position], "extent \(position)")
                if result[position].value == nil { result[position] = dims[position] }
            } else if let a = result[axis].value, let b = dims[axis].value {
                let (sum, overflow) = a.addingReportingOverflow(b)
                result[axis] = overflow ? .unknown : .known(sum)
            } else {
                result[axis] = .unknown
            }
        }
        return result
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let y = try run.target(0, of: self)
        let view = AxisView(y.shape, axis: try node.normalizedAxis(axis, rank: y.shape.rank))
        let to = try ByteQuantization(run, 0, node: node)
        let target = y.mutablePointer(as: UInt8.self)
        var position = 0
        for index in stride(from: 2, to: run.inputCount, by: 3) {
            let x = run.tensor(index)
            let codes = try ByteQuantization(run, index + 1, node: node).table(x.dataType).map { to.code($0, y.dataType) }
            let own = AxisView(x.shape, axis: try node.normalizedAxis(axis, rank: x.shape.rank))
            let source = x.pointer(as: UInt8.self)
            let count = own.length * own.inner
            for outer in 0..<own.outer {
                let place = target + (outer * view.length + position) * view.inner
                for element in 0..<count { place[element] = codes[Int(source[outer * count + element])] }
            }
            position += own.length
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var result = RowAxis.absent
        for (index, input) in inputs.enumerated() {
            let isTensor = index >= 2 && (index - 2) % 3 == 0
            if !isTensor {
                if input != .absent { return [.mixed("its scale depends on the rows")] }
                continue
            }
            if index > 2, input != result { return [.mixed("it joins batched tensors with others")] }
            result = input
        }
        guard case .axis(let row) = result else { return [result] }
        guard let rank = facts[2]?.rank, let axis = try? node.normalizedAxis(axis, rank: rank), axis != row else {
            return [.mixed("it joins tensors along the rows")]
        }
        return [result]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("QLinearConcat", domain: "com.microsoft") { node throws(EngineError) in
            QLinearConcat(node: node, axis: try node.required("axis", node.int("axis")))
        }
    ]
}
