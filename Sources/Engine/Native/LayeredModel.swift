import Tensors

/// Linear models and multi-layer perceptrons as a JSON document of our own.
///
/// ```json
/// {
///   "format": "martlet.layers/1",
///   "input": {"name": "features", "features": 4},
///   "scaling": {"mean": [5.8, 3.0, 3.7, 1.2], "scale": [0.8, 0.4, 1.8, 0.8]},
///   "layers": [
///     {"weights": [[0.1, -0.2, 0.3, 0.4], [0.5, 0.1, -0.7, 0.2]], "bias": [0.0, 0.1], "activation": "relu"},
///     {"weights": [[1.0, -1.0], [0.3, 0.2], [-0.4, 0.9]], "bias": [0.0, 0.0, 0.1], "activation": "softmax"}
///   ],
///   "output": {"name": "probabilities", "labels": ["setosa", "versicolor", "virginica"]}
/// }
/// ```
///
/// - `format` is required, as are `layers`; a linear model has one layer. `weights` is [outputs][inputs].
/// - `scaling` is optional: features are (x − mean) / scale before the first layer.
/// - `bias` and `activation` are optional. Activations: identity, relu, leaky_relu (slope 0.01), tanh, sigmoid, softmax,
///   elu, selu, softplus, gelu, exp.
/// - `labels`, strings or integers, add an output "label": the one of the largest result, or, where there is one result and
///   two labels, of a result above `threshold` (0.5 unless given) the second.
/// - All numbers are single precision. Keys that are not named here are refused.
struct LayeredModel {
    static let format = "martlet.layers/1"

    private struct Layer {
        let weights: Tensor
        let bias: Tensor?
        let activation: String
    }

    private enum Labels {
        case integers([Int])
        case strings([String])
    }

    private let inputName: String
    private let outputName: String
    private let features: Int
    private let scaling: (mean: [Float], scale: [Float])?
    private let layers: [Layer]
    private let labels: Labels?
    private let threshold: Float

    static func recognises(_ document: DocumentValue) -> Bool {
        if case .text(format) = document["format"] { true } else { false }
    }

    init(_ document: DocumentValue) throws(EngineError) {
        try document.allow(["format", "input", "scaling", "layers", "output"], in: "the document")
        let (input, output, scaling) = (document["input"], document["output"], document["scaling"])
        try input.allow(["name", "features"], in: "'input'")
        try output.allow(["name", "labels", "threshold"], in: "'output'")
        try scaling.allow(["mean", "scale"], in: "'scaling'")
        inputName = input["name"].isNull ? "features" : try input["name"].text("input.name")
        outputName = output["name"].isNull ? "prediction" : try output["name"].text("output.name")
        var layers: [Layer] = []
        var width: Int? = input["features"].isNull ? nil : try input["features"].integer("input.features")
        for (index, layer) in try document["layers"].array("layers").enumerated() {
            do {
                layers.append(try Self.layer(layer, width: &width))
            } catch { throw EngineError(error.code, error.message, place: "layer \(index)") }
        }
        guard let first = layers.first else { throw EngineError(.malformedModel, "there is no layer") }
        self.layers = layers
        features = first.weights.shape[1]
        if scaling.isNull {
            self.scaling = nil
        } else {
            let mean = try scaling["mean"].reals("scaling.mean").map { Float($0) }
            let scale = try scaling["scale"].reals("scaling.scale").map { Float($0) }
            guard mean.count == features, scale.count == features else {
                throw EngineError(.malformedModel, "scaling of \(mean.count) means and \(scale.count) scales for \(features) features")
            }
            self.scaling = (mean, scale)
        }
        threshold = output["threshold"].isNull ? 0.5 : Float(try output["threshold"].real("output.threshold"))
        labels = try Self.labels(output["labels"], results: width ?? 0)
    }

    private static func layer(_ layer: DocumentValue, width: inout Int?) throws(EngineError) -> Layer {
        try layer.allow(["weights", "bias", "activation"], in: "it")
        var weights: [Float] = []
        let rows = try layer["weights"].array("weights")
        for row in rows {
            let values = try row.reals("weights")
            guard values.count == width ?? values.count else {
                throw EngineError(.malformedModel, "a row of \(values.count) weights for \(width ?? 0) inputs")
            }
            width = values.count
            weights += values.map { Float($0) }
        }
        guard let inputs = width, inputs > 0, !rows.isEmpty else { throw EngineError(.malformedModel, "it has no weights") }
        let activation = layer["activation"].isNull ? "identity" : try layer["activation"].text("activation")
        guard activations[activation] != nil else { throw EngineError(.unsupported, "the activation '\(activation)'") }
        var bias: Tensor?
        if !layer["bias"].isNull {
            let values = try layer["bias"].reals("bias").map { Float($0) }
            guard values.count == rows.count else {
                throw EngineError(.malformedModel, "\(values.count) biases for \(rows.count) outputs")
            }
            bias = Tensor(values, dataType: .float32, shape: Shape([values.count]))
        }
        width = rows.count
        return Layer(
            weights: Tensor(weights, dataType: .float32, shape: Shape([rows.count, inputs])), bias: bias, activation: activation)
    }

    private static func labels(_ value: DocumentValue, results: Int) throws(EngineError) -> Labels? {
        if value.isNull { return nil }
        let labels: Labels
        let count: Int
        if case .integers(let integers) = value {
            (labels, count) = (.integers(integers), integers.count)
        } else {
            var strings: [String] = []
            for element in try value.array("output.labels") { strings.append(try element.text("output.labels")) }
            (labels, count) = (.strings(strings), strings.count)
        }
        guard count == results || results == 1 && count == 2 else {
            throw EngineError(.malformedModel, "\(count) labels for \(results) results")
        }
        return labels
    }

    /// The operator of each activation.
    private static let activations = [
        "identity": "Identity", "relu": "Relu", "leaky_relu": "LeakyRelu", "tanh": "Tanh", "sigmoid": "Sigmoid",
        "softmax": "Softmax", "elu": "Elu", "selu": "Selu", "softplus": "Softplus", "gelu": "Gelu", "exp": "Exp",
    ]

    func graph() throws(EngineError) -> Graph {
        var builder = LayeredGraph(input: inputName)
        if let scaling {
            builder.append("Sub", constant: Tensor(scaling.mean, dataType: .float32, shape: Shape([features])))
            builder.append("Div", constant: Tensor(scaling.scale, dataType: .float32, shape: Shape([features])))
        }
        for layer in layers {
            builder.append("Gemm", constant: layer.weights, and: layer.bias, ["transB": .int(1)])
            if let name = Self.activations[layer.activation], name != "Identity" { builder.append(name) }
        }
        let rows = Dim.symbol("rows")
        let results = layers[layers.count - 1].weights.shape[0]
        var outputs = [Graph.Port(name: outputName, fact: Fact(.float32, [rows, .known(results)]))]
        let last = builder.finish(as: outputName)
        if let labels {
            let values: Tensor
            switch labels {
            case .integers(let integers):
                values = Tensor(integers.map { Int64($0) }, dataType: .int64, shape: Shape([integers.count]))
            case .strings(let strings): values = Tensor(strings: strings.map { ByteString($0) }, shape: Shape([strings.count]))
            }
            builder.label(of: last, threshold: results == 1 && values.count == 2 ? threshold : nil, values)
            outputs.append(Graph.Port(name: "label", fact: Fact(values.dataType, [rows])))
        }
        return Graph(
            name: "layers", inputs: [Graph.Port(name: inputName, fact: Fact(.float32, [rows, .known(features)]))],
            outputs: outputs, nodes: builder.nodes, initializers: builder.constants)
    }
}

extension DocumentValue {
    /// Refuses an object with other keys than these.
    fileprivate func allow(_ keys: Set<String>, in place: String) throws(EngineError) {
        guard case .object(let entries) = self else { return }
        if let unknown = entries.keys.filter({ !keys.contains($0) }).min() {
            throw EngineError(.malformedModel, "\(place) has the key '\(unknown)', which is not known")
        }
    }
}
