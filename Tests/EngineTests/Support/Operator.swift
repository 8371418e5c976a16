import Engine
import Tensors

/// The outputs of one standard operator, with every input known beforehand.
func apply(
    _ name: String, _ inputs: [Tensor?], version: Int = 21, domain: String = "", outputs: Int = 1, _ attributes: [String: Attribute] = [:]
) throws -> [Tensor] {
    try SingleOperator.run(name, domain: domain, version: version, attributes: attributes, outputs: outputs, inputs)
}

/// What is thrown for these inputs; nil when nothing is.
func fault(
    _ name: String, _ inputs: [Tensor?], version: Int = 21, domain: String = "", outputs: Int = 1, _ attributes: [String: Attribute] = [:]
) -> EngineError? {
    do {
        _ = try apply(name, inputs, version: version, domain: domain, outputs: outputs, attributes)
        return nil
    } catch { return error as? EngineError }
}

extension Tensor {
    static func strings(_ values: [String], _ shape: Shape) -> Tensor { Tensor(strings: values.map { ByteString($0) }, shape: shape) }

    static func doubles(_ values: [Double], _ shape: Shape) -> Tensor { Tensor(values, dataType: .float64, shape: shape) }

    var doubles: [Double] { elements(as: Double.self) }
    var texts: [String] { strings.map(\.string) }
}
