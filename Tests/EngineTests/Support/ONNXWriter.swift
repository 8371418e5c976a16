import Engine
import Tensors

/// Bytes of a protocol buffer message, field by field.
struct ProtoWriter {
    var bytes: [UInt8] = []

    mutating func varint(_ field: Int, _ value: Int64) {
        append(UInt64(field) << 3)
        append(UInt64(bitPattern: value))
    }

    mutating func float(_ field: Int, _ value: Float) {
        append(UInt64(field) << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    mutating func data(_ field: Int, _ value: [UInt8]) {
        append(UInt64(field) << 3 | 2)
        append(UInt64(value.count))
        bytes += value
    }

    mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

    mutating func message(_ field: Int, _ value: ProtoWriter) { data(field, value.bytes) }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Small ONNX models, written for one test each.
enum ONNX {
    static func model(_ graph: ProtoWriter, opset: Int64 = 17, functions: [ProtoWriter] = [], domains: [String] = []) -> [UInt8] {
        var writer = ProtoWriter()
        writer.varint(1, 8)
        writer.message(7, graph)
        writer.message(8, self.opset("", opset))
        for domain in domains { writer.message(8, self.opset(domain, 1)) }
        for function in functions { writer.message(25, function) }
        return writer.bytes
    }

    static func opset(_ domain: String, _ version: Int64) -> ProtoWriter {
        var writer = ProtoWriter()
        writer.text(1, domain)
        writer.varint(2, version)
        return writer
    }

    static func graph(
        _ nodes: [ProtoWriter], inputs: [ProtoWriter] = [], outputs: [ProtoWriter], initializers: [ProtoWriter] = [],
        name: String = "g"
    ) -> ProtoWriter {
        var writer = ProtoWriter()
        for node in nodes { writer.message(1, node) }
        writer.text(2, name)
        for initializer in initializers { writer.message(5, initializer) }
        for input in inputs { writer.message(11, input) }
        for output in outputs { writer.message(12, output) }
        return writer
    }

    static func node(
        _ operatorName: String, _ inputs: [String], _ outputs: [String], domain: String = "", name: String = "",
        _ attributes: [ProtoWriter] = []
    ) -> ProtoWriter {
        var writer = ProtoWriter()
        for input in inputs { writer.text(1, input) }
        for output in outputs { writer.text(2, output) }
        writer.text(3, name)
        writer.text(4, operatorName)
        for attribute in attributes { writer.message(5, attribute) }
        writer.text(7, domain)
        return writer
    }

    /// A tensor value; an extent is a number, a name, or "?".
    static func value(_ name: String, _ element: Int64 = 1, _ dims: [String]? = nil) -> ProtoWriter {
        var type = ProtoWriter()
        type.varint(1, element)
        if let dims {
            var shape = ProtoWriter()
            for dim in dims {
                var extent = ProtoWriter()
                if let number = Int64(dim) { extent.varint(1, number) } else if dim != "?" { extent.text(2, dim) }
                shape.message(1, extent)
            }
            type.message(2, shape)
        }
        var proto = ProtoWriter()
        proto.message(1, type)
        var writer = ProtoWriter()
        writer.text(1, name)
        writer.message(2, proto)
        return writer
    }

    static func attribute(_ name: String, _ type: Int64, _ fill: (inout ProtoWriter) -> Void) -> ProtoWriter {
        var writer = ProtoWriter()
        writer.text(1, name)
        writer.varint(20, type)
        fill(&writer)
        return writer
    }

    static func text(_ name: String, _ value: String) -> ProtoWriter { attribute(name, 3) { $0.text(4, value) } }

    static func int(_ name: String, _ value: Int64) -> ProtoWriter { attribute(name, 2) { $0.varint(3, value) } }

    static func ints(_ name: String, _ values: [Int64]) -> ProtoWriter {
        attribute(name, 7) { for value in values { $0.varint(8, value) } }
    }

    static func graph(_ name: String, _ value: ProtoWriter) -> ProtoWriter { attribute(name, 5) { $0.message(6, value) } }

    static func tensor(_ name: String, _ value: ProtoWriter) -> ProtoWriter { attribute(name, 4) { $0.message(5, value) } }

    static func reference(_ name: String, to outer: String, type: Int64) -> ProtoWriter {
        attribute(name, type) { $0.text(21, outer) }
    }

    static func raw(_ name: String, _ element: Int64, _ dims: [Int64], _ bytes: [UInt8]) -> ProtoWriter {
        var writer = ProtoWriter()
        for dim in dims { writer.varint(1, dim) }
        writer.varint(2, element)
        writer.text(8, name)
        writer.data(9, bytes)
        return writer
    }

    static func floats(_ name: String, _ dims: [Int64], _ values: [Float]) -> ProtoWriter {
        raw(name, 1, dims, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }

    static func int64s(_ name: String, _ dims: [Int64], _ values: [Int64]) -> ProtoWriter {
        raw(name, 7, dims, values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } })
    }

    static func function(
        _ name: String, domain: String, inputs: [String], outputs: [String], attributes: [String] = [], _ nodes: [ProtoWriter]
    ) -> ProtoWriter {
        var writer = ProtoWriter()
        writer.text(1, name)
        for input in inputs { writer.text(4, input) }
        for output in outputs { writer.text(5, output) }
        for attribute in attributes { writer.text(6, attribute) }
        for node in nodes { writer.message(7, node) }
        writer.message(9, opset("", 17))
        writer.text(10, domain)
        return writer
    }
}
