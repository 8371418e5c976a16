internal import Messages
internal import Tensors

/// Turns the format's tensors into ours: every payload form, packed types unpacked to one element a byte.
struct TensorDecoder {
    /// Most bytes that one tensor may take in memory.
    let limitBytes: Int
    /// Where elements kept outside the model file are; nil when the model has no folder.
    let externalData: ExternalData?

    func decode(_ source: ONNXTensor) throws(EngineError) -> Tensor {
        let place = "tensor '\(source.name)'"
        guard let dataType = DataType(onnx: source.dataType) else {
            throw EngineError(.unsupported, "element type \(source.dataType) is not known", place: place)
        }
        let shape = try shape(source.dims, of: dataType, place: place)
        switch source.payload {
        case .none:
            guard shape.count == 0 else { throw EngineError(.malformedModel, "shape \(shape), but no elements", place: place) }
            return Tensor(dataType: dataType, shape: shape)
        case .raw(let bytes):
            return try decode(raw: bytes, dataType, shape, place: place)
        case .external(let entries):
            guard let externalData else {
                throw EngineError(.malformedModel, "its elements are in another file, but the model has no folder", place: place)
            }
            return try decode(raw: externalData.bytes(entries, place: place), dataType, shape, place: place)
        case .strings(let elements):
            guard dataType == .string else { throw mismatch(place, "strings", dataType) }
            try check(elements.count, shape.count, place: place)
            return Tensor(strings: elements.map(ByteString.init(bytes:)), shape: shape)
        case .floats(let elements):
            switch dataType {
            case .float32, .complex64: return try reinterpret(elements, dataType, shape, place: place)
            default: throw mismatch(place, "floats", dataType)
            }
        case .doubles(let elements):
            switch dataType {
            case .float64, .complex128: return try reinterpret(elements, dataType, shape, place: place)
            default: throw mismatch(place, "doubles", dataType)
            }
        case .int64s(let elements):
            guard dataType == .int64 else { throw mismatch(place, "64-bit integers", dataType) }
            return try reinterpret(elements, dataType, shape, place: place)
        case .uint64s(let elements):
            switch dataType {
            case .uint64: return try reinterpret(elements, dataType, shape, place: place)
            case .uint32: return try reinterpret(elements.map { UInt32(truncatingIfNeeded: $0) }, dataType, shape, place: place)
            default: throw mismatch(place, "unsigned 64-bit integers", dataType)
            }
        case .int32s(let elements):
            return try decode(int32s: elements, dataType, shape, place: place)
        }
    }

    /// The dense form of a sparse tensor: `indices` are flat, or one row of coordinates for each value.
    func decode(_ source: ONNXSparseTensor) throws(EngineError) -> Tensor {
        let place = "sparse tensor '\(source.values.name)'"
        let values = try decode(source.values)
        let indices = try decode(source.indices)
        let shape = try shape(source.dims, of: values.dataType, place: place)
        guard indices.dataType == .int64, values.shape.rank == 1 else {
            throw EngineError(.malformedModel, "values must be a vector and indices int64", place: place)
        }
        guard values.dataType != .string else { throw EngineError(.unsupported, "strings cannot be sparse", place: place) }
        let isFlat = indices.shape.rank == 1
        guard isFlat ? indices.count == values.count : indices.shape.dims == [values.count, shape.rank] else {
            throw EngineError(.malformedModel, "indices of shape \(indices.shape) for \(values.count) values", place: place)
        }
        let dense = Tensor(dataType: values.dataType, shape: shape)
        dense.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: dense.byteCount)
        let width = values.dataType.byteWidth
        let coordinates = indices.elements(as: Int64.self)
        for item in 0..<values.count {
            var position = 0
            if isFlat {
                guard let flat = Int(exactly: coordinates[item]), flat >= 0, flat < shape.count else {
                    throw EngineError(.malformedModel, "index \(coordinates[item]) is outside shape \(shape)", place: place)
                }
                position = flat
            } else {
                for axis in 0..<shape.rank {
                    let coordinate = Int(coordinates[item * shape.rank + axis])
                    guard coordinate >= 0, coordinate < shape[axis] else {
                        throw EngineError(.malformedModel, "index \(coordinate) is outside axis \(axis) of \(shape)", place: place)
                    }
                    position = position * shape[axis] + coordinate
                }
            }
            (dense.mutableBytes + position * width).copyMemory(from: values.bytes + item * width, byteCount: width)
        }
        return dense
    }

    private func shape(_ dims: [Int64], of dataType: DataType, place: String) throws(EngineError) -> Shape {
        guard let shape = Shape(checking: dims.map(Int.init)) else {
            throw EngineError(.malformedModel, "impossible shape \(dims)", place: place)
        }
        // A string takes at least its own header.
        let width = dataType == .string ? 8 : dataType.byteWidth
        guard shape.count <= limitBytes / width else {
            throw EngineError(.resourceExhausted, "shape \(shape) takes more than the limit of \(limitBytes) bytes a tensor", place: place)
        }
        return shape
    }

    private func decode(raw: ONNXBytes, _ dataType: DataType, _ shape: Shape, place: String) throws(EngineError) -> Tensor {
        guard dataType != .string else { throw mismatch(place, "raw bytes", dataType) }
        let perByte = dataType.elementsPerPackedByte
        let expected = perByte == 1 ? shape.count * dataType.byteWidth : shape.count / perByte + (shape.count % perByte == 0 ? 0 : 1)
        guard raw.count == expected else {
            throw EngineError(
                .malformedModel, "\(raw.count) bytes of elements, but \(dataType) of shape \(shape) takes \(expected)", place: place)
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        raw.withUnsafeBytes { source in
            if perByte > 1 {
                unpack(source.bindMemory(to: UInt8.self), into: tensor)
            } else if dataType == .bool {
                let target = tensor.mutablePointer(as: UInt8.self)
                for index in 0..<source.count { target[index] = source[index] == 0 ? 0 : 1 }
            } else if let base = source.baseAddress {
                tensor.mutableBytes.copyMemory(from: base, byteCount: source.count)
            }
        }
        return tensor
    }

    private func decode(int32s: [Int32], _ dataType: DataType, _ shape: Shape, place: String) throws(EngineError) -> Tensor {
        let perByte = dataType.elementsPerPackedByte
        if perByte > 1 {
            try check(int32s.count, shape.count / perByte + (shape.count % perByte == 0 ? 0 : 1), place: place)
            let tensor = Tensor(dataType: dataType, shape: shape)
            int32s.map { UInt8(truncatingIfNeeded: $0) }.withUnsafeBufferPointer { unpack($0, into: tensor) }
            return tensor
        }
        switch dataType {
        case .int32: return try reinterpret(int32s, dataType, shape, place: place)
        case .bool: return try reinterpret(int32s.map { $0 == 0 ? UInt8(0) : 1 }, dataType, shape, place: place)
        case .int8, .uint8, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0:
            return try reinterpret(int32s.map { UInt8(truncatingIfNeeded: $0) }, dataType, shape, place: place)
        case .int16, .uint16, .float16, .bfloat16:
            return try reinterpret(int32s.map { UInt16(truncatingIfNeeded: $0) }, dataType, shape, place: place)
        default: throw mismatch(place, "32-bit integers", dataType)
        }
    }

    /// Low bits first; signed types are sign-extended.
    private func unpack(_ packed: UnsafeBufferPointer<UInt8>, into tensor: Tensor) {
        let perByte = tensor.dataType.elementsPerPackedByte
        let bits = UInt8(8 / perByte)
        let isSigned = tensor.dataType.isSignedInteger
        let target = tensor.mutablePointer(as: UInt8.self)
        for index in 0..<tensor.count {
            let shifted = packed[index / perByte] >> (UInt8(index % perByte) * bits)
            let high = shifted << (8 - bits)
            target[index] = isSigned ? UInt8(bitPattern: Int8(bitPattern: high) >> Int8(8 - bits)) : high >> (8 - bits)
        }
    }

    /// Elements already as they are in memory; complex numbers are two to an element.
    private func reinterpret<Element: BitwiseCopyable>(
        _ elements: [Element], _ dataType: DataType, _ shape: Shape, place: String
    ) throws(EngineError) -> Tensor {
        let perElement = dataType.byteWidth / MemoryLayout<Element>.stride
        try check(elements.count, shape.count * perElement, place: place)
        let tensor = Tensor(dataType: dataType, shape: shape)
        elements.withUnsafeBytes { source in
            if let base = source.baseAddress { tensor.mutableBytes.copyMemory(from: base, byteCount: source.count) }
        }
        return tensor
    }

    private func check(_ actual: Int, _ expected: Int, place: String) throws(EngineError) {
        guard actual == expected else {
            throw EngineError(.malformedModel, "\(actual) elements where its shape asks for \(expected)", place: place)
        }
    }

    private func mismatch(_ place: String, _ payload: String, _ dataType: DataType) -> EngineError {
        EngineError(.malformedModel, "its elements are given as \(payload), which cannot be \(dataType)", place: place)
    }
}
