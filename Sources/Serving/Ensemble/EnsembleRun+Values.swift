internal import Glibc
internal import Tensors

extension EnsembleRun {
    /// The inputs of a step, by the places of its list, and the rows it runs on; nil when it is not to run.
    func gather(_ step: EnsembleGraph.Step) throws(ServingError) -> (inputs: [EnsembleValue?], rows: RowSet?)? {
        var inputs: [EnsembleValue?] = []
        inputs.reserveCapacity(step.inputs.count)
        var rows: RowSet?
        for input in step.inputs {
            guard let value = try pick(input.sources, name: graph.tensors[input.sources[0]].name) else {
                // An edge that may be missing leaves the input out; any other keeps the step from running.
                guard input.isOptional else { return nil }
                inputs.append(nil)
                continue
            }
            if let own = value.rows {
                if let known = rows, known.total != own.total { throw rowsDiffer(step, known.total, own.total) }
                rows = rows?.intersection(own) ?? own
            }
            inputs.append(value)
        }
        if let condition = step.condition {
            var evaluator = ExpressionEvaluator(values: values, parameters: request?.parameters ?? []) { [graph] in graph.tensors[$0].name }
            if step.isPerRow {
                guard let total = rows?.total ?? inputs.lazy.compactMap({ $0?.rowCount }).first else { return nil }
                var chosen: [Int] = []
                for row in rows?.rows ?? Array(0..<total) {
                    evaluator.row = row
                    if try evaluator.holds(condition) { chosen.append(row) }
                }
                rows = chosen.count == total ? nil : RowSet(rows: chosen, total: total)
            } else {
                guard try evaluator.holds(condition) else { return nil }
            }
        }
        guard let rows else { return (inputs, nil) }
        guard !rows.rows.isEmpty else { return nil }
        for place in inputs.indices {
            guard let value = inputs[place] else { continue }
            if value.rows == nil, value.rowCount != rows.total { throw rowsDiffer(step, rows.total, value.rowCount) }
            inputs[place] = value.taking(rows)
        }
        return (inputs, rows)
    }

    /// - Throws: for a value that is to have some of the request's rows, and has another number of rows.
    func checkRows(_ value: EnsembleValue, _ output: String) throws(ServingError) {
        guard let rows = value.rows, value.dims.count == 0 || value.rowCount != rows.rows.count else { return }
        throw ServingError(
            .failedPrecondition, "it ran on \(rows.rows.count) rows, but its output '\(output)' has the shape \(value.dims)")
    }

    private func rowsDiffer(_ step: EnsembleGraph.Step, _ left: Int, _ right: Int) -> ServingError {
        ServingError(.invalidArgument, "it runs on some rows, but its inputs have \(left) and \(right) rows")
    }

    /// The first of some tensors that is there, or for every row the first that has it.
    func pick(_ sources: [Int], name: String) throws(ServingError) -> EnsembleValue? {
        if sources.count == 1 { return values[sources[0]] }
        var found: [EnsembleValue] = []
        for source in sources {
            guard let value = values[source] else { continue }
            if found.isEmpty, value.rows == nil { return value }
            found.append(value)
            if value.rows == nil { break }
        }
        return found.isEmpty ? nil : try EnsembleValue.merged(found, name: name)
    }

    /// An input of a step's request: the value, or one row of it.
    static func tensor(_ input: EnsembleGraph.Input, _ value: EnsembleValue, row: Int?, dropsExtent: Bool) throws(ServingError)
        -> InputTensor
    {
        guard let row, input.isMapped else {
            return InputTensor(name: input.name, dataType: value.dataType, dims: value.dims, contents: value.contents)
        }
        let width = value.rowCount > 0 ? value.count / value.rowCount : 0
        guard row < value.rowCount else { throw ServingError(.invalidArgument, "its mapped inputs have different numbers of rows") }
        var dims = Dims()
        if !dropsExtent { dims.append(1) }
        for axis in 1..<max(1, value.dims.count) { dims.append(value.dims[axis]) }
        if case .tensor(let tensor) = value.contents, value.dataType == .string {
            let strings = Array(tensor.strings[row * width..<(row + 1) * width])
            return InputTensor(
                name: input.name, dataType: .string, dims: dims, contents: .tensor(Tensor(strings: strings, shape: Shape([strings.count]))))
        }
        let rowBytes = width * value.dataType.byteWidth
        return InputTensor(
            name: input.name, dataType: value.dataType, dims: dims,
            contents: .bytes(UnsafeRawBufferPointer(start: value.bytes.map { $0 + row * rowBytes }, count: rowBytes)))
    }

    /// The answers to the rows of a mapped step, stacked, by the places of its outputs.
    func stack(_ step: EnsembleGraph.Step, _ answers: [[EnsembleValue]], rows: RowSet?) throws(ServingError) -> [EnsembleValue?] {
        var stacked: [EnsembleValue?] = []
        for (place, output) in step.outputs.enumerated() {
            var parts: [EnsembleValue] = []
            for answer in answers {
                guard answer.count == step.outputs.count else {
                    throw ServingError(.internal, "output '\(output.name)' is missing for some rows")
                }
                parts.append(answer[place])
            }
            guard let first = parts.first else { continue }
            for part in parts where part.dataType != first.dataType || !part.dims.isLike(first.dims, ignoringFirst: !step.dropsExtent) {
                throw ServingError(
                    .failedPrecondition, "output '\(output.name)' has shape \(first.dims) for one row and \(part.dims) for another")
            }
            var dims = Dims()
            if step.dropsExtent {
                dims.append(parts.count)
                for axis in 0..<first.dims.count { dims.append(first.dims[axis]) }
            } else {
                dims.append(parts.reduce(0) { $0 + $1.rowCount })
                for axis in 1..<max(1, first.dims.count) { dims.append(first.dims[axis]) }
            }
            guard let shape = Shape(checking: dims.array) else {
                throw ServingError(.resourceExhausted, "output '\(output.name)' is too large")
            }
            // Rows that a later step made many or none of are no longer those of the request.
            stacked.append(EnsembleValue(try Self.joined(parts, shape), rows: shape[0] == rows?.rows.count ? rows : nil))
        }
        return stacked
    }

    private static func joined(_ parts: [EnsembleValue], _ shape: Shape) throws(ServingError) -> Tensor {
        guard let dataType = parts.first?.dataType else { return Tensor(zerosOf: .bool, shape: [0]) }
        if dataType == .string {
            var strings: [ByteString] = []
            for part in parts { if case .tensor(let tensor) = part.contents { strings += tensor.strings } }
            guard strings.count == shape.count else { throw ServingError(.internal, "the rows of a step do not add up") }
            return Tensor(strings: strings, shape: shape)
        }
        let whole = Tensor(dataType: dataType, shape: shape)
        var offset = 0
        for part in parts {
            let byteCount = part.count * dataType.byteWidth
            guard offset + byteCount <= whole.byteCount else { throw ServingError(.internal, "the rows of a step do not add up") }
            if let bytes = part.bytes { memcpy(whole.mutableBytes + offset, bytes, byteCount) }
            offset += byteCount
        }
        return whole
    }

    /// An output of the ensemble; nil for an optional one that was not made.
    func output(_ result: EnsembleGraph.Result) throws(ServingError) -> OutputTensor? {
        let value = try pick(result.sources, name: result.name)
        guard let value, value.rows == nil else {
            if result.isOptional { return nil }
            throw ServingError(
                .failedPrecondition,
                value == nil
                    ? "output '\(result.name)' of ensemble '\(graph.model)' was made by no step that ran"
                    : "output '\(result.name)' of ensemble '\(graph.model)' was made for some rows only")
        }
        if case .bytes(let bytes) = value.contents, let storage = value.storage, let base = bytes.baseAddress {
            return OutputTensor(
                name: result.name, dataType: value.dataType, dims: value.dims, storage: storage,
                offset: base - UnsafeRawPointer(storage.base),
                count: value.count)
        }
        return OutputTensor(name: result.name, value.tensor())
    }
}

extension Dims {
    fileprivate func isLike(_ other: Dims, ignoringFirst: Bool) -> Bool {
        count == other.count && (ignoringFirst ? (count == 0 || array.dropFirst() == other.array.dropFirst()) : self == other)
    }
}
