internal import Glibc
internal import Tensors

/// A worker's answer: where each output is in the shared memory. Everything is checked before anything is touched, and what is copied out is
/// not looked at in the shared memory again.
enum WorkerAnswer {
    static func read(
        _ reader: inout WorkerPacketReader, _ signature: ModelSignature, _ wanted: [Bool], from segment: SharedSegment,
        _ memory: inout [OutputMemory]
    ) throws(WorkerGarbage) -> [Tensor?] {
        var outputs = [Tensor?](repeating: nil, count: signature.outputs.count)
        for _ in 0..<Int(try reader.number(UInt16.self)) {
            let name = try reader.text()
            guard let index = signature.outputs.firstIndex(where: { $0.name == name }), outputs[index] == nil else {
                throw WorkerGarbage(reason: "output '\(name)', which the model does not have, or twice")
            }
            let expected = signature.outputs[index]
            let datatype = try reader.text()
            guard datatype == expected.dataType.kserveName else {
                throw WorkerGarbage(reason: "output '\(name)' of type '\(datatype)', not \(expected.dataType.kserveName)")
            }
            var dims: [Int] = []
            for _ in 0..<Int(try reader.number(UInt8.self)) { dims.append(Int(try reader.number(Int64.self))) }
            guard let shape = Shape(checking: dims), fits(dims, expected.dims) else {
                throw WorkerGarbage(reason: "output '\(name)' of shape \(dims)")
            }
            let offset = try reader.number(UInt64.self)
            let byteCount = try reader.number(UInt64.self)
            let (end, overflow) = offset.addingReportingOverflow(byteCount)
            guard !overflow, end <= UInt64(segment.byteCount) else {
                throw WorkerGarbage(reason: "output '\(name)' outside the shared memory")
            }
            let source = UnsafeRawBufferPointer(start: segment.base + Int(offset), count: Int(byteCount))
            outputs[index] = try tensor(name, expected.dataType, shape, source, &memory[index])
        }
        for index in outputs.indices where outputs[index] == nil && index < wanted.count && wanted[index] {
            throw WorkerGarbage(reason: "no output '\(signature.outputs[index].name)'")
        }
        return outputs
    }

    private static func fits(_ dims: [Int], _ expected: [Int]?) -> Bool {
        guard let expected else { return true }
        return dims.count == expected.count && zip(dims, expected).allSatisfy { $1 < 0 || $0 == $1 }
    }

    private static func tensor(
        _ name: String, _ dataType: DataType, _ shape: Shape, _ source: UnsafeRawBufferPointer, _ memory: inout OutputMemory
    ) throws(WorkerGarbage) -> Tensor {
        guard dataType == .string else {
            guard source.count == shape.count * dataType.byteWidth else {
                throw WorkerGarbage(reason: "output '\(name)' of \(source.count) bytes for the shape \(shape)")
            }
            let tensor = memory.tensor(dataType, shape)
            if let base = source.baseAddress { memcpy(tensor.mutableBytes, base, source.count) }
            return tensor
        }
        let bytes = Array(source)
        // Each text takes four bytes at least.
        guard shape.count <= bytes.count / 4 || shape.count == 0 else {
            throw WorkerGarbage(reason: "output '\(name)' with fewer texts than its shape \(shape) has")
        }
        var strings: [ByteString] = []
        strings.reserveCapacity(shape.count)
        var place = 0
        for _ in 0..<shape.count {
            guard bytes.count - place >= 4 else { throw WorkerGarbage(reason: "output '\(name)' with a text that ends too early") }
            let length = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
            place += 4
            guard bytes.count - place >= length else { throw WorkerGarbage(reason: "output '\(name)' with a text that ends too early") }
            strings.append(ByteString(bytes: Array(bytes[place..<place + length])))
            place += length
        }
        return Tensor(strings: strings, shape: shape)
    }
}
