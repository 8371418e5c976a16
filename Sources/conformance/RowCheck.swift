import Engine
import Tensors

/// Checks the promise of batching on one case: whatever the engine would batch, a row's answer has the same bits alone, among
/// other rows, and on more threads.
///
/// A case's model has fixed extents, mostly. They are opened along the leading axis, for all inputs together and for each input with
/// the others held constant, and wherever the engine then says that requests may share a run it is taken at its word.
struct RowCheck {
    /// Rows of the full batch, and of a part of it.
    private static let rows = 7
    private static let part = 2..<5
    /// A constant of more elements than this is left out: the check is about rows.
    private static let elementLimit = 1 << 22

    private let imported: ImportedModel
    private let values: [String: Tensor]
    private let options: LoadOptions

    /// Nil when an input of the case is no tensor.
    init?(_ item: Case, options: LoadOptions) throws(EngineError) {
        imported = try item.imported()
        self.options = options
        var values: [String: Tensor] = [:]
        let model = try Model(imported, options: options)
        for (index, port) in model.signature.inputs.enumerated() {
            guard let path = item.path("input", index), case .tensor = port.type,
                case .tensor(let tensor) = try ValueFile.read(path: path, type: port.type), tensor.count <= Self.elementLimit
            else { return nil }
            values[port.name] = tensor
        }
        self.values = values
    }

    /// How many arrangements were batched, or the first that breaks the promise.
    func run() throws(EngineError) -> (arrangements: Int, failure: String?) {
        let names = imported.graph.inputs.map(\.name).filter { values[$0] != nil }
        let tensors = names.compactMap { values[$0] }
        var arrangements: [Set<String>] = []
        if names.count > 1, let first = tensors.first, first.shape.rank > 0,
            tensors.allSatisfy({ $0.shape.rank > 0 && $0.shape[0] == first.shape[0] })
        {
            arrangements.append(Set(names))
        }
        arrangements += names.filter { (values[$0]?.shape.rank ?? 0) > 0 }.map { [$0] }
        var count = 0
        for arrangement in arrangements {
            guard let model = try? Model(opened(arrangement), options: options), model.batchability == .batchable else { continue }
            switch check(model) {
            case .impossible: continue
            case .same: count += 1
            case .different(let difference): return (count, "rows of \(arrangement.sorted().joined(separator: ", ")): \(difference)")
            }
        }
        return (count, nil)
    }

    /// The model with the leading extents of `rows` left open and every other input a constant.
    private func opened(_ rows: Set<String>) -> ImportedModel {
        var graph = imported.graph
        graph.inputs = []
        for port in imported.graph.inputs {
            guard let value = values[port.name] else {
                graph.inputs.append(port)
                continue
            }
            if rows.contains(port.name) {
                let dims = value.shape.dims.enumerated().map { axis, extent in axis == 0 ? Dim.symbol("rows") : .known(extent) }
                graph.inputs.append(Graph.Port(name: port.name, fact: Fact(value.dataType, dims)))
            } else {
                graph.initializers[port.name] = value
            }
        }
        // What was declared of the outputs is no longer so.
        graph.outputs = graph.outputs.map { port in
            Graph.Port(name: port.name, fact: port.fact.map { Fact(type: $0.type) })
        }
        return ImportedModel(graph: graph, opsets: imported.opsets, metadata: imported.metadata)
    }

    private enum Outcome {
        case same
        case different(String)
        /// The rows made up here are none that the model takes.
        case impossible
    }

    private func check(_ model: Model) -> Outcome {
        let inputs = model.signature.inputs.compactMap { values[$0.name] }.map(Self.madeUp)
        guard inputs.count == model.signature.inputs.count, inputs.allSatisfy({ $0.shape[0] == Self.rows }) else { return .impossible }
        func answers(_ range: Range<Int>, threads: Int) -> [Tensor]? {
            EngineThreads.count = threads
            defer { EngineThreads.count = 1 }
            guard let outputs = try? model.run(inputs.map { $0.rows(range, of: Self.rows) }) else { return nil }
            let tensors = outputs.compactMap(\.tensor)
            return tensors.count == outputs.count ? tensors : nil
        }
        var alone: [[Tensor]] = []
        for row in 0..<Self.rows {
            guard let answer = answers(row..<row + 1, threads: 1) else { return .impossible }
            alone.append(answer)
        }
        for (range, threads) in [(0..<Self.rows, 1), (0..<Self.rows, 2), (Self.part, 1)] {
            guard let together = answers(range, threads: threads) else { return .different("\(range.count) rows together are refused") }
            for (output, tensor) in together.enumerated() {
                guard tensor.shape.rank > 0, tensor.shape[0] % range.count == 0 else {
                    return .different("output \(output) of \(range.count) rows has the shape \(tensor.shape)")
                }
                for (position, row) in range.enumerated()
                where !tensor.rows(position..<position + 1, of: range.count).isSame(as: alone[row][output]) {
                    return .different("row \(row) of output \(output) among \(range.count) on \(threads) threads is not what it is alone")
                }
            }
        }
        return .same
    }

    /// Rows like those of the case, as many as are needed: floating-point elements are changed a little in each.
    private static func madeUp(_ tensor: Tensor) -> Tensor {
        let given = tensor.shape[0]
        guard given > 0 else { return tensor }
        let shape = Shape([rows] + tensor.shape.dims.dropFirst())
        let width = tensor.count / given
        if tensor.dataType == .string {
            return Tensor(strings: (0..<rows * width).map { tensor.strings[($0 / width * 5 % given) * width + $0 % width] }, shape: shape)
        }
        let result = Tensor(dataType: tensor.dataType, shape: shape)
        let rowBytes = width * tensor.dataType.byteWidth
        for row in 0..<rows {
            (result.mutableBytes + row * rowBytes).copyMemory(from: tensor.bytes + (row * 5 % given) * rowBytes, byteCount: rowBytes)
        }
        var state: UInt64 = 88_172_645_463_325_252
        func factor() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return 0.75 + Double(state >> 12) * 0x1p-53
        }
        for index in 0..<result.count {
            switch tensor.dataType {
            case .float32: result.mutablePointer(as: Float.self)[index] *= Float(factor())
            case .float64: result.mutablePointer(as: Double.self)[index] *= factor()
            default: return result
            }
        }
        return result
    }
}

extension Tensor {
    /// A copy of some of the `total` rows that the leading axis holds.
    fileprivate func rows(_ range: Range<Int>, of total: Int) -> Tensor {
        let each = shape[0] / total
        let extent = range.count * each
        let shape = Shape([extent] + self.shape.dims.dropFirst())
        let width = total == 0 ? 0 : count / total
        if dataType == .string {
            return Tensor(strings: Array(strings[range.lowerBound * width..<range.upperBound * width]), shape: shape)
        }
        let result = Tensor(dataType: dataType, shape: shape)
        let rowBytes = width * dataType.byteWidth
        result.mutableBytes.copyMemory(from: bytes + range.lowerBound * rowBytes, byteCount: range.count * rowBytes)
        return result
    }

    /// Whether every bit is the same.
    fileprivate func isSame(as other: Tensor) -> Bool {
        guard dataType == other.dataType, shape == other.shape else { return false }
        if dataType == .string { return strings == other.strings }
        return (0..<byteCount).allSatisfy {
            bytes.load(fromByteOffset: $0, as: UInt8.self) == other.bytes.load(fromByteOffset: $0, as: UInt8.self)
        }
    }
}
