internal import Messages
public import Tensors

/// A model ready to run. Any number of threads may run it at once.
public final class Model: Sendable {
    public let signature: Signature
    public let metadata: ModelMetadata
    /// Whether requests may share a run, and which node is the reason when they may not.
    public let batchability: Batchability
    let plan: Plan
    let origin: GraphSummary

    /// The model in the ONNX file at `path`. Any thread; takes as long as reading the file and packing its weights.
    ///
    /// - Throws: what is wrong with the file, naming node or value; every operator that this build lacks in one error.
    public static func load(path: String, options: LoadOptions = LoadOptions()) throws(EngineError) -> Model {
        try Model(Importer.load(path: path, limits: options.limits.importing), options: options)
    }

    /// The model in the bytes of an ONNX file; `folder` is where its external data are, if anywhere.
    public static func load(
        bytes: [UInt8], folder: String? = nil, options: LoadOptions = LoadOptions()
    ) throws(EngineError) -> Model {
        try Model(Importer.load(ONNXBytes(bytes), folder: folder, limits: options.limits.importing), options: options)
    }

    /// The model of a graph made by other means.
    public init(_ imported: ImportedModel, options: LoadOptions = LoadOptions()) throws(EngineError) {
        let graph = imported.graph
        let unknown = graph.unknownOperators()
        guard unknown.isEmpty else {
            throw EngineError(.unsupported, "operators that are not supported: \(unknown.joined(separator: ", "))")
        }
        origin = GraphSummary(graph)
        let network = try NetworkBuilder.build(graph, options: options)
        plan = Plan(network, options: options)
        metadata = imported.metadata
        batchability = BatchAnalysis.analyse(network)
        signature = Signature(
            inputs: network.inputs.map { Signature.Port(network.values[$0].name, network.values[$0].fact) },
            outputs: zip(network.outputs, graph.outputs).map { value, port in
                Signature.Port(port.name, network.values[value].fact.refined(by: port.fact))
            })
    }

    /// Runs the model on values in the order of the signature.
    ///
    /// - Parameter cancellation: looked at between nodes.
    /// - Throws: `invalidInput` when the values do not fit the signature; what a node finds wrong with the elements.
    public func run(_ inputs: [Value], cancellation: Cancellation? = nil) throws(EngineError) -> [Value] {
        try check(inputs)
        do { return try plan.run(inputs, cancellation: cancellation) } catch { throw error.duringRun }
    }

    /// As ``run(_:cancellation:)``, for tensors alone.
    public func run(_ inputs: [Tensor], cancellation: Cancellation? = nil) throws(EngineError) -> [Value] {
        try run(inputs.map(Value.tensor), cancellation: cancellation)
    }

    /// As ``run(_:cancellation:)``, for values by name; the outputs come by name as well.
    public func run(_ inputs: [String: Value], cancellation: Cancellation? = nil) throws(EngineError) -> [String: Value] {
        var ordered: [Value] = []
        for port in signature.inputs {
            guard let value = inputs[port.name] else { throw EngineError(.invalidInput, "it is missing", place: "input '\(port.name)'") }
            ordered.append(value)
        }
        if inputs.count > ordered.count {
            let known = Set(signature.inputs.map(\.name))
            let surplus = inputs.keys.filter { !known.contains($0) }.sorted().joined(separator: ", ")
            throw EngineError(.invalidInput, "the model has no input named \(surplus)")
        }
        let outputs = try run(ordered, cancellation: cancellation)
        return Dictionary(zip(signature.outputs.map(\.name), outputs)) { first, _ in first }
    }

    /// Runs the model and adds what each node cost to `recorder`.
    public func run(_ inputs: [Tensor], recordedBy recorder: RunRecorder) throws(EngineError) {
        let inputs = inputs.map(Value.tensor)
        try check(inputs)
        var outputs = [Value?](repeating: nil, count: signature.outputs.count)
        do { try plan.run(inputs, into: &outputs, cancellation: nil, recorder: recorder) } catch { throw error.duringRun }
    }

    /// Runs the model and writes its outputs into memory of the caller's.
    ///
    /// In a steady state, with inputs of shapes met before, this allocates nothing.
    ///
    /// - Parameter outputs: one place for each output. A tensor there is written to when its type and byte count are those of the
    ///   output, which ``outputShapes(for:)`` tells; whatever else is there is replaced by a value that the run made.
    public func run(
        _ inputs: [Value], into outputs: inout [Value?], cancellation: Cancellation? = nil
    ) throws(EngineError) {
        try check(inputs)
        guard outputs.count == signature.outputs.count else {
            throw EngineError(.invalidInput, "places for \(outputs.count) outputs where the model has \(signature.outputs.count)")
        }
        do { try plan.run(inputs, into: &outputs, cancellation: cancellation) } catch { throw error.duringRun }
    }

    /// The shapes of the outputs for inputs of these types and shapes; nil for one that only running can tell.
    public func outputShapes(for inputs: [Value]) throws(EngineError) -> [Shape?] {
        try check(inputs)
        do {
            let schedule = try plan.schedule(for: inputs)
            return schedule.exits.map { schedule.shapes[$0] }
        } catch { throw error.duringRun }
    }

    func check(_ inputs: [Value]) throws(EngineError) {
        guard inputs.count == signature.inputs.count else {
            throw EngineError(.invalidInput, "\(inputs.count) inputs where the model has \(signature.inputs.count)")
        }
        for (input, port) in zip(inputs, signature.inputs) {
            try port.check(input)
        }
    }
}

extension EngineError {
    /// A model that was loaded is taken for right: what is found wrong while it runs is wrong with the inputs.
    fileprivate var duringRun: EngineError {
        code == .malformedModel ? EngineError(.invalidInput, message, place: place) : self
    }
}

extension Signature.Port {
    init(_ name: String, _ fact: Fact) {
        self.init(name: name, type: fact.type, dims: fact.dims)
    }

    /// Checks that a value may be given here.
    func check(_ value: Value) throws(EngineError) {
        guard case .tensor(let tensor) = value else {
            guard value.conforms(to: type) else { throw mismatch("\(value.type)") }
            return
        }
        switch type {
        case .tensor(let dataType), .optional(.tensor(let dataType)):
            guard tensor.dataType == dataType else { throw mismatch("\(tensor.dataType)") }
        default: throw mismatch("\(tensor.dataType)")
        }
        guard let dims else { return }
        var fits = tensor.shape.rank == dims.count
        if fits {
            for (axis, dim) in dims.enumerated() {
                if case .known(let extent) = dim, extent != tensor.shape[axis] { fits = false }
            }
        }
        guard fits else {
            throw EngineError(
                .invalidInput, "expected shape [\(dims.map(\.description).joined(separator: ","))], got \(tensor.shape)",
                place: "input '\(name)'")
        }
    }

    private func mismatch(_ actual: String) -> EngineError {
        EngineError(.invalidInput, "expected \(type), got \(actual)", place: "input '\(name)'")
    }
}
