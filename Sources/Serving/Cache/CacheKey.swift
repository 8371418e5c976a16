internal import Tensors

/// Everything that an answer depends on, as bytes: which outputs, and each input's extents and elements in the order of the signature.
enum CacheKey {
    static func bytes(of request: InferenceRequest) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(request.bound.byteCount + 64)
        append(request.bound.outputs.count, to: &key)
        for output in request.bound.outputs { append(output, to: &key) }
        for place in request.bound.places {
            guard place >= 0 else {
                append(-1, to: &key)
                continue
            }
            append(request.inputs[place].dims.count, to: &key)
            for axis in 0..<request.inputs[place].dims.count { append(request.inputs[place].dims[axis], to: &key) }
            switch request.inputs[place].contents {
            case .bytes(let bytes): key.append(contentsOf: bytes)
            case .tensor(let tensor) where tensor.dataType == .string:
                for string in tensor.strings {
                    append(string.bytes.count, to: &key)
                    key.append(contentsOf: string.bytes)
                }
            case .tensor(let tensor):
                key.append(contentsOf: UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount))
            }
        }
        return key
    }

    private static func append(_ number: Int, to key: inout [UInt8]) {
        withUnsafeBytes(of: number) { key.append(contentsOf: $0) }
    }
}
