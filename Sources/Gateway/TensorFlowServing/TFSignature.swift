internal import Messages
internal import Serving
internal import Tensors

/// What TensorFlow calls the signatures of a model, derived from what the model takes and gives.
enum TFSignature {
    static let standard = "serving_default"
    static let predict = "tensorflow/serving/predict"
    static let classify = "tensorflow/serving/classify"
    static let regress = "tensorflow/serving/regress"

    /// There is one signature; an empty name stands for it.
    static func check(_ name: String, model: String) throws(ServingError) {
        guard name.isEmpty || name == standard else {
            throw ServingError(
                .invalidArgument,
                "Serving signature name: \"\(name)\" not found in signature def of model '\(model)', which has \"\(standard)\"")
        }
    }

    static func definition(of version: ModelVersion) -> TFServing.SignatureDef {
        func describe(_ ports: [TensorSignature]) -> [String: TFServing.TensorInfo] {
            var infos: [String: TFServing.TensorInfo] = [:]
            for port in ports {
                var shape = TFServing.TensorShapeProto()
                if let dims = port.dims {
                    shape.dim = dims.map { .init(size: Int64($0)) }
                } else {
                    shape.unknownRank = true
                }
                infos[port.name] = TFServing.TensorInfo(encoding: .name(port.name), dtype: .init(port.dataType), tensorShape: shape)
            }
            return infos
        }
        var definition = TFServing.SignatureDef()
        definition.inputs = describe(version.signature.inputs)
        definition.outputs = describe(version.signature.outputs)
        definition.methodName = predict
        return definition
    }

    /// The output whose columns are the scores of classes: the first of floating point with an axis for them.
    static func scores(of version: ModelVersion) throws(ServingError) -> TensorSignature {
        let floating = version.signature.outputs.filter(\.dataType.isFloatingPoint)
        guard let found = floating.first(where: { $0.dims?.count == 2 }) ?? floating.first(where: { $0.dims == nil || $0.dims?.count == 1 })
        else {
            throw ServingError(
                .invalidArgument, "model '\(version.model)' cannot classify: none of its outputs is a floating-point matrix of scores")
        }
        return found
    }

    /// The output whose rows are values: the first of floating point with one value a row.
    static func values(of version: ModelVersion) throws(ServingError) -> TensorSignature {
        let found = version.signature.outputs.first { port in
            guard port.dataType.isFloatingPoint else { return false }
            guard let dims = port.dims else { return true }
            return dims.count == 1 || (dims.count == 2 && (dims[1] == 1 || dims[1] < 0))
        }
        guard let found else {
            throw ServingError(
                .invalidArgument, "model '\(version.model)' cannot regress: none of its outputs has one floating-point value a row")
        }
        return found
    }
}

extension VersionSelector {
    init(_ version: TFServing.ModelSpec.Version?) throws(ServingError) {
        switch version {
        case nil: self = .any
        case .number(let number)?:
            guard number >= 0 else { throw ServingError(.invalidArgument, "the version \(number) is negative") }
            self = .number(number)
        case .label(let label)?: self = .label(label)
        }
    }
}
