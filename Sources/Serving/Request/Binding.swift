internal import Tensors

/// Matches requests to one version's signature. Made once a version; no allocation a request unless something is wrong.
final class Binding: Sendable {
    let model: String
    let signature: ModelSignature
    /// The inputs once more, each behind one reference: taking one in hand must not cost a retain for each of its fields.
    private let rules: [Rule]
    /// Rows lie along the leading axis and may be joined.
    let hasRows: Bool
    /// Requests with different parameters are kept apart: the model sees them.
    let seesParameters: Bool
    /// Extents that share a name: every list has two members or more, as (input, axis).
    let equalExtents: [[(input: Int, axis: Int)]]
    /// Two valid requests always have like rows: no open extent but the first, nothing optional.
    let isUniform: Bool
    /// A run's cost hangs on nothing but its rows: no open extent but theirs.
    let hasFixedCost: Bool
    /// The most rows of one request; nil for no bound of the model's own.
    let maxRows: Int?
    /// From the shapes that callers see to the model's, and for outputs back; empty when none differs.
    let inputReshapes: [Reshape?]
    let outputReshapes: [Reshape?]

    private final class Rule: Sendable {
        let signature: TensorSignature
        init(_ signature: TensorSignature) { self.signature = signature }
    }

    init(
        model: String, signature: ModelSignature, hasRows: Bool, maxRows: Int?, inputReshapes: [Reshape?] = [], outputReshapes: [Reshape?] = [],
        seesParameters: Bool = false
    ) {
        self.model = model
        self.signature = signature
        rules = signature.inputs.map(Rule.init)
        self.hasRows = hasRows
        self.seesParameters = seesParameters
        self.maxRows = maxRows
        self.inputReshapes = inputReshapes.contains { $0 != nil } ? inputReshapes : []
        self.outputReshapes = outputReshapes.contains { $0 != nil } ? outputReshapes : []
        var places: [String: [(input: Int, axis: Int)]] = [:]
        var uniform = hasRows
        var fixed = true
        for (input, tensor) in signature.inputs.enumerated() {
            if tensor.isOptional { uniform = false }
            guard let dims = tensor.dims else {
                uniform = false
                fixed = false
                continue
            }
            for axis in dims.indices {
                if axis > 0, dims[axis] < 0 { uniform = false }
                if dims[axis] < 0, axis > 0 || !hasRows { fixed = false }
                if axis < tensor.symbols.count, let symbol = tensor.symbols[axis], dims[axis] < 0 {
                    places[symbol, default: []].append((input, axis))
                }
            }
        }
        isUniform = uniform
        hasFixedCost = fixed
        equalExtents = places.values.filter { $0.count > 1 }
    }

    /// Fills in `request.bound`, or says what does not fit: which model, which input, the expected and the actual.
    func bind(_ request: InferenceRequest) throws(ServingError) {
        request.bound.removeAll()
        for _ in rules.indices { request.bound.places.append(-1) }
        for place in request.inputs.indices { try match(request, place) }
        for index in rules.indices where request.bound.places[index] < 0 && !rules[index].signature.isOptional {
            throw missing(request)
        }
        try checkExtents(request)
        try bindOutputs(request)
    }

    private func match(_ request: InferenceRequest, _ place: Int) throws(ServingError) {
        guard let index = rules.firstIndex(where: { request.inputs[place].name.matches($0.signature.utf8) }) else {
            let names = signature.inputs.map { "'\($0.name)'" }.joined(separator: ", ")
            throw ServingError(
                .invalidArgument,
                "unexpected inference input '\(request.inputs[place].name)' for model '\(model)', whose inputs are \(names)")
        }
        guard request.bound.places[index] < 0 else {
            throw ServingError(.invalidArgument, "input '\(signature.inputs[index].name)' is given twice in a request for model '\(model)'")
        }
        request.bound.places[index] = place
        let rule = rules[index]
        let dataType = request.inputs[place].dataType
        guard dataType == rule.signature.dataType else {
            throw ServingError(
                .invalidArgument,
                "inference input '\(rule.signature.name)' data-type is '\(dataType.kserveName)', but model '\(model)' expects '\(rule.signature.dataType.kserveName)'"
            )
        }
        guard let count = request.inputs[place].dims.checkedCount else { throw unexpectedShape(rule.signature, request.inputs[place].dims) }
        if let dims = rule.signature.dims {
            let given = request.inputs[place].dims.count
            guard given == dims.count else { throw unexpectedShape(rule.signature, request.inputs[place].dims) }
            for axis in dims.indices where dims[axis] >= 0 && dims[axis] != request.inputs[place].dims[axis] {
                throw unexpectedShape(rule.signature, request.inputs[place].dims)
            }
        }
        try checkContents(request.inputs[place], rule, count: count)
        request.bound.byteCount &+= request.inputs[place].byteCount
    }

    private func checkContents(_ input: InputTensor, _ rule: Rule, count: Int) throws(ServingError) {
        switch input.contents {
        case .bytes(let bytes):
            let wanted = count * rule.signature.dataType.byteWidth
            guard rule.signature.dataType != .string, bytes.count == wanted else {
                throw ServingError(
                    .invalidArgument,
                    "input '\(rule.signature.name)' of model '\(model)' got \(bytes.count) bytes, but its shape \(input.dims) of \(rule.signature.dataType.kserveName) takes \(wanted)"
                )
            }
        case .tensor(let tensor):
            guard tensor.dataType == rule.signature.dataType, tensor.count == count else {
                throw ServingError(
                    .invalidArgument,
                    "input '\(rule.signature.name)' of model '\(model)' got \(tensor.count) elements, but its shape \(input.dims) takes \(count)")
            }
        }
    }

    private func checkExtents(_ request: InferenceRequest) throws(ServingError) {
        for group in equalExtents {
            var first: (input: Int, extent: Int)?
            for (input, axis) in group {
                let place = request.bound.places[input]
                if place < 0 { continue }
                let extent = request.inputs[place].dims[axis]
                guard let known = first else {
                    first = (input, extent)
                    continue
                }
                if known.extent != extent {
                    throw ServingError(
                        .invalidArgument,
                        "inputs '\(signature.inputs[known.input].name)' and '\(signature.inputs[input].name)' of model '\(model)' must agree in an extent, but have \(known.extent) and \(extent)"
                    )
                }
            }
        }
        guard hasRows else { return }
        var rows: Int?
        for index in rules.indices {
            let place = request.bound.places[index]
            if place < 0 { continue }
            guard request.inputs[place].dims.count > 0 else { throw unexpectedShape(signature.inputs[index], request.inputs[place].dims) }
            let own = request.inputs[place].dims[0]
            if let rows, rows != own {
                throw ServingError(
                    .invalidArgument,
                    "input '\(signature.inputs[index].name)' of model '\(model)' has \(own) rows, but another input of the request has \(rows)")
            }
            rows = own
        }
        request.bound.rows = rows ?? 1
        if rows == 0 { throw ServingError(.invalidArgument, "a request for model '\(model)' must have at least one row, got 0") }
        if let maxRows, request.bound.rows > maxRows {
            throw ServingError(
                .invalidArgument, "inference request batch-size must be <= \(maxRows) for '\(model)', got \(request.bound.rows)")
        }
    }

    private func bindOutputs(_ request: InferenceRequest) throws(ServingError) {
        for name in request.requestedOutputs {
            guard let index = signature.outputs.firstIndex(where: { name.matches($0.utf8) }) else {
                let names = signature.outputs.map { "'\($0.name)'" }.joined(separator: ", ")
                throw ServingError(
                    .invalidArgument, "unexpected inference output '\(name)' for model '\(model)', whose outputs are \(names)")
            }
            request.bound.outputs.append(index)
        }
    }

    private func unexpectedShape(_ expected: TensorSignature, _ got: Dims) -> ServingError {
        let wanted = expected.dims.map { "[" + $0.map(String.init).joined(separator: ",") + "]" } ?? "any"
        return ServingError(
            .invalidArgument, "unexpected shape for input '\(expected.name)' for model '\(model)'. Expected \(wanted), got \(got)")
    }

    private func missing(_ request: InferenceRequest) -> ServingError {
        var got: [String] = []
        var lacking: [String] = []
        for (index, input) in signature.inputs.enumerated() {
            if request.bound.places[index] >= 0 { got.append("'\(input.name)'") } else if !input.isOptional { lacking.append("'\(input.name)'") }
        }
        return ServingError(
            .invalidArgument,
            "expected \(signature.inputs.count) inputs but got \(request.inputs.count) inputs for model '\(model)'. Got input(s) [\(got.joined(separator: ","))], but missing required input(s) [\(lacking.joined(separator: ","))]. Please provide all required input(s)."
        )
    }

    /// Whether the rows of two bound requests may lie in one tensor.
    func canShare(_ left: InferenceRequest, _ right: InferenceRequest) -> Bool {
        if seesParameters, left.parameters != right.parameters { return false }
        if isUniform { return true }
        for index in signature.inputs.indices {
            let (one, other) = (left.bound.places[index], right.bound.places[index])
            if one < 0 || other < 0 {
                if one != other { return false }
                continue
            }
            if !left.inputs[one].dims.sameRow(as: right.inputs[other].dims) { return false }
        }
        return true
    }
}
