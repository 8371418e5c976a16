import Engine
import Tensors

/// A model of one node, made and run for one row of an operator's test.
enum OneNode {
    /// The outputs of the operator for `inputs`, nil where one is left out. Extents are not declared, so shapes follow from
    /// what is given.
    static func run(
        _ name: String, version: Int64 = 18, domain: String = "", _ inputs: [Tensor?], outputs: Int = 1,
        _ attributes: [ProtoWriter] = []
    ) throws -> [Tensor] {
        let model = try load(name, version: version, domain: domain, inputs, outputs: outputs, attributes)
        return try model.run(inputs.compactMap { $0 }).compactMap(\.tensor)
    }

    static func load(
        _ name: String, version: Int64 = 18, domain: String = "", _ inputs: [Tensor?], dims: [[String]?] = [], outputs: Int = 1,
        _ attributes: [ProtoWriter] = []
    ) throws -> Model {
        var ports: [ProtoWriter] = []
        var names: [String] = []
        for (index, input) in inputs.enumerated() {
            names.append(input == nil ? "" : "x\(index)")
            guard let input else { continue }
            let declared = index < dims.count ? dims[index] : nil
            ports.append(
                ONNX.value("x\(index)", input.dataType.onnx, declared ?? [String](repeating: "?", count: input.shape.rank)))
        }
        let results = (0..<outputs).map { "y\($0)" }
        let node = ONNX.node(name, names, results, domain: domain, attributes)
        let graph = ONNX.graph([node], inputs: ports, outputs: results.map(untyped))
        return try Model.load(bytes: ONNX.model(graph, opset: version, domains: domain.isEmpty ? [] : [domain]))
    }

    /// An output whose type is left to be inferred.
    private static func untyped(_ name: String) -> ProtoWriter {
        var writer = ProtoWriter()
        writer.text(1, name)
        return writer
    }
}

extension ONNX {
    static func float(_ name: String, _ value: Float) -> ProtoWriter { attribute(name, 1) { $0.float(2, value) } }

    static func string(_ name: String, _ value: String) -> ProtoWriter { attribute(name, 3) { $0.text(4, value) } }
}

extension DataType {
    /// The number by which the format knows the type.
    var onnx: Int64 {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .uint16: 4
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .string: 8
        case .bool: 9
        case .float16: 10
        case .float64: 11
        case .uint32: 12
        case .uint64: 13
        case .complex64: 14
        case .complex128: 15
        case .bfloat16: 16
        case .float8E4M3FN: 17
        case .float8E4M3FNUZ: 18
        case .float8E5M2: 19
        case .float8E5M2FNUZ: 20
        case .uint4: 21
        case .int4: 22
        case .float4E2M1: 23
        case .float8E8M0: 24
        case .uint2: 25
        case .int2: 26
        }
    }
}

extension Tensor {
    static func int8s(_ values: [Int8], _ shape: Shape) -> Tensor { Tensor(values, dataType: .int8, shape: shape) }
    static func uint8s(_ values: [UInt8], _ shape: Shape) -> Tensor { Tensor(values, dataType: .uint8, shape: shape) }
    static func int32s(_ values: [Int32], _ shape: Shape) -> Tensor { Tensor(values, dataType: .int32, shape: shape) }
    static func halves(_ values: [Float16], _ shape: Shape) -> Tensor { Tensor(values, dataType: .float16, shape: shape) }
    static func bools(_ values: [Bool], _ shape: Shape) -> Tensor {
        Tensor(values.map { UInt8($0 ? 1 : 0) }, dataType: .bool, shape: shape)
    }

    static func scalar(_ value: Float) -> Tensor { floats([value], .scalar) }

    /// Numbers that look random and are the same every time, between -2 and 2.
    static func scattered(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
        var state = seed
        let values = (0..<shape.count).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 22) - 2
        }
        return floats(values, shape)
    }

    var bools: [Bool] { elements(as: UInt8.self).map { $0 != 0 } }

    /// Bits of every element, so that NaN equals itself and the zeros differ.
    var bits: [UInt32] { floats.map(\.bitPattern) }
}
