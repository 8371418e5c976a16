internal import Tensors

extension Float: LoadableElement {
    static func load(_ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<Float>, count: Int) {
        switch type {
        case .float32: block.update(from: source.assumingMemoryBound(to: Float.self), count: count)
        case .float16: convertLoop(source, block, count) { (x: Float16) in Float(x) }
        case .bfloat16: convertLoop(source, block, count) { (x: BFloat16) in x.float }
        case .float8E8M0: convertLoop(source, block, count) { (x: UInt8) in Float8E8M0.value(of: x) }
        default:
            guard let format = MiniFloat.format(of: type) else { preconditionFailure("not a float type") }
            format.values.withUnsafeBufferPointer { values in
                convertLoop(source, block, count) { (x: UInt8) in values[Int(x)] }
            }
        }
    }
}

extension Double: LoadableElement {
    static func load(_ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<Double>, count: Int) {
        precondition(type == .float64, "not a double")
        block.update(from: source.assumingMemoryBound(to: Double.self), count: count)
    }
}

extension Int64: LoadableElement {
    static func load(_ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<Int64>, count: Int) {
        switch type {
        case .int8: convertLoop(source, block, count) { (x: Int8) in Int64(x) }
        case .int16: convertLoop(source, block, count) { (x: Int16) in Int64(x) }
        case .int32: convertLoop(source, block, count) { (x: Int32) in Int64(x) }
        case .int64: block.update(from: source.assumingMemoryBound(to: Int64.self), count: count)
        // Only the low bits count: how the rest of the byte was filled is left to whoever unpacked it.
        case .int4: convertLoop(source, block, count) { (x: Int8) in Int64((x << 4) >> 4) }
        case .int2: convertLoop(source, block, count) { (x: Int8) in Int64((x << 6) >> 6) }
        default: preconditionFailure("not a signed integer type")
        }
    }
}

extension Int32: LoadableElement {
    static func load(_ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<Int32>, count: Int) {
        precondition(type == .int32, "not a 32-bit integer")
        block.update(from: source.assumingMemoryBound(to: Int32.self), count: count)
    }
}

extension UInt64: LoadableElement {
    static func load(_ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<UInt64>, count: Int) {
        switch type {
        case .uint8: convertLoop(source, block, count) { (x: UInt8) in UInt64(x) }
        case .uint16: convertLoop(source, block, count) { (x: UInt16) in UInt64(x) }
        case .uint32: convertLoop(source, block, count) { (x: UInt32) in UInt64(x) }
        case .uint64: block.update(from: source.assumingMemoryBound(to: UInt64.self), count: count)
        case .uint4: convertLoop(source, block, count) { (x: UInt8) in UInt64(x & 15) }
        case .uint2: convertLoop(source, block, count) { (x: UInt8) in UInt64(x & 3) }
        case .bool: convertLoop(source, block, count) { (x: UInt8) in x == 0 ? 0 : 1 }
        default: preconditionFailure("not an unsigned integer type")
        }
    }
}
