internal import FoundationEssentials
package import Tensors

/// A request as it was recorded: the form of a golden request, where the answer may be missing and the truth may be known.
///
///     {"model": "iris", "inputs": {"x": {"datatype": "FP32", "shape": [1, 4], "data": [5.1, 3.5, 1.4, 0.2]}},
///      "outputs": {"label": …}, "labels": {"label": {"datatype": "INT64", "shape": [1], "data": [0]}}}
///
/// `model` is whom it was for, anyone when absent. `outputs` is what was answered then, `labels` what would have been right.
package struct RecordedRequest: Sendable {
    package let name: String
    package let model: String?
    package let inputs: [(name: String, tensor: Tensor)]
    package let outputs: [(name: String, tensor: Tensor)]
    package let labels: [(name: String, tensor: Tensor)]
    /// What numbers of an answer may differ by, relative to the largest; 1e-4 when the file does not say.
    package let tolerance: Double

    private struct File: Decodable {
        var model: String?
        var inputs: [String: JSONTensor]
        var outputs: [String: JSONTensor]?
        var labels: [String: JSONTensor]?
        var tolerance: Double?
    }

    /// - Throws: an error that names the place and what is wrong there.
    package init(name: String, json: [UInt8]) throws(ServingError) {
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(json))
        } catch {
            throw ServingError(.invalidArgument, "\(name) is no recorded request: \(GoldenRequest.reason(error))")
        }
        self.name = name
        model = file.model
        inputs = try Self.tensors(file.inputs, "\(name), input")
        outputs = try Self.tensors(file.outputs ?? [:], "\(name), output")
        labels = try Self.tensors(file.labels ?? [:], "\(name), label")
        tolerance = file.tolerance ?? 1e-4
    }

    private static func tensors(
        _ values: [String: JSONTensor], _ place: String
    ) throws(ServingError) -> [(name: String, tensor: Tensor)] {
        var tensors: [(name: String, tensor: Tensor)] = []
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            tensors.append((key, try value.tensor(place: "\(place) '\(key)'")))
        }
        return tensors
    }

    /// What is wrong with an output that ought to be `expected`, or nil.
    package func difference(_ got: Tensor, _ expected: Tensor) -> String? {
        TensorComparison.difference(got, expected, tolerance: tolerance)
    }

    /// The elements as doubles, whatever number they are; nil for strings and types without arithmetic.
    package static func numbers(of tensor: Tensor) -> [Double]? {
        switch tensor.dataType {
        case .int64: tensor.elements(as: Int64.self).map(Double.init)
        case .uint64: tensor.elements(as: UInt64.self).map(Double.init)
        default: TensorComparison.numbers(of: tensor)
        }
    }
}
