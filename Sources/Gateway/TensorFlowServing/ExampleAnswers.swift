internal import Messages
internal import Serving

/// Runs a model over examples, and reads classes or values out of its answer.
struct ExampleAnswers {
    let core: ServingCore
    let labels: ClassLabels

    /// An answered request, by the version that answered.
    struct Answer {
        let version: ModelVersion
        let outputs: [OutputTensor]

        /// As answers name it.
        var spec: TFServing.ModelSpec {
            TFServing.ModelSpec(name: version.model, version: .number(version.number), signatureName: TFSignature.standard)
        }
    }

    /// Asks once for all the outputs that `wanted` names.
    func ask(
        _ spec: TFServing.ModelSpec?, _ input: TFServing.Input?, deadline: UInt64? = nil,
        wanted: (ModelVersion) throws(ServingError) -> [TensorSignature]
    ) async throws(ServingError) -> Answer {
        guard let spec, !spec.name.isEmpty else { throw ServingError(.invalidArgument, "Missing ModelSpec: the request names no model") }
        try TFSignature.check(spec.signatureName, model: spec.name)
        let selector = try VersionSelector(spec.version)
        let version = try core.version(of: spec.name, selector)
        let request = InferenceRequest()
        request.model = Name(spec.name)
        // Features are matched to this version's inputs: no other may answer.
        request.version = .number(version.number)
        request.statedVersion = selector
        request.origin = .tensorFlow
        request.inputs = try ExampleRows.inputs(input, of: version)
        if let deadline { request.deadlineNanos = Int64(clamping: deadline) }
        for port in try wanted(version) where !request.requestedOutputs.contains(Name(port.name)) {
            request.requestedOutputs.append(Name(port.name))
        }
        try await Asking.ask(request, core)
        return Answer(version: request.servedBy ?? version, outputs: request.outputs)
    }

    /// A class for each column, in the order of the columns.
    func classes(_ answer: Answer) throws(ServingError) -> TFServing.ClassificationResult {
        let port = try TFSignature.scores(of: answer.version)
        let (values, rows, width) = try matrix(answer, port)
        let names = labels.labels(of: port.name, answer.version)
        return TFServing.ClassificationResult(
            classifications: (0..<rows).map { row in
                TFServing.Classifications(
                    classes: (0..<width).map { column in
                        TFServing.Class(
                            label: column < names.count ? names[column] : String(column), score: Float(values[row * width + column]))
                    })
            })
    }

    /// A value for each row.
    func values(_ answer: Answer) throws(ServingError) -> TFServing.RegressionResult {
        let (values, rows, width) = try matrix(answer, try TFSignature.values(of: answer.version))
        guard width == 1 else {
            throw ServingError(.invalidArgument, "model '\(answer.version.model)' cannot regress: it gives \(width) values a row")
        }
        return TFServing.RegressionResult(regressions: (0..<rows).map { TFServing.Regression(value: Float(values[$0])) })
    }

    private func matrix(_ answer: Answer, _ port: TensorSignature) throws(ServingError) -> (values: [Double], rows: Int, width: Int) {
        guard let output = answer.outputs.first(where: { $0.name == port.name }), output.dims.count > 0,
            let values = Classification.values(of: output)
        else { throw ServingError(.internal, "the answer has no output '\(port.name)' with rows") }
        let rows = output.dims[0]
        return (values, rows, rows > 0 ? output.count / rows : 0)
    }
}
