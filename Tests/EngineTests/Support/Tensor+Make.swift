import Tensors

extension Tensor {
    static func floats(_ values: [Float], _ shape: Shape) -> Tensor { Tensor(values, dataType: .float32, shape: shape) }

    static func int64s(_ values: [Int64], _ shape: Shape) -> Tensor { Tensor(values, dataType: .int64, shape: shape) }

    static func bool(_ value: Bool) -> Tensor { Tensor([UInt8(value ? 1 : 0)], dataType: .bool, shape: .scalar) }

    /// 0, 1, 2, … of a shape.
    static func counting(_ shape: Shape) -> Tensor { floats((0..<shape.count).map(Float.init), shape) }

    var floats: [Float] { elements(as: Float.self) }
    var int64s: [Int64] { elements(as: Int64.self) }
}
