internal import Tensors

extension Float {
    static func load(_ source: UnsafeRawPointer, _ dataType: DataType, count: Int, into target: UnsafeMutablePointer<Float>) {
        widen(source, dataType, count, target)
    }

    static func store(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer, _ dataType: DataType) {
        narrow(source, count, target, dataType)
    }
}

extension Double {
    static func load(_ source: UnsafeRawPointer, _ dataType: DataType, count: Int, into target: UnsafeMutablePointer<Double>) {
        widen(source, dataType, count, target)
    }

    static func store(_ source: UnsafePointer<Double>, count: Int, into target: UnsafeMutableRawPointer, _ dataType: DataType) {
        narrow(source, count, target, dataType)
    }
}

extension Int64 {
    static func load(_ source: UnsafeRawPointer, _ dataType: DataType, count: Int, into target: UnsafeMutablePointer<Int64>) {
        switch dataType {
        case .uint8, .bool, .uint4, .uint2: each(source, count, as: UInt8.self) { target[$0] = Int64($1) }
        case .int8, .int4, .int2: each(source, count, as: Int8.self) { target[$0] = Int64($1) }
        case .uint16: each(source, count, as: UInt16.self) { target[$0] = Int64($1) }
        case .int16: each(source, count, as: Int16.self) { target[$0] = Int64($1) }
        case .uint32: each(source, count, as: UInt32.self) { target[$0] = Int64($1) }
        case .int32: each(source, count, as: Int32.self) { target[$0] = Int64($1) }
        case .uint64: each(source, count, as: UInt64.self) { target[$0] = Int64(bitPattern: $1) }
        case .int64: each(source, count, as: Int64.self) { target[$0] = $1 }
        default: preconditionFailure("infer accepted a type that integers cannot hold")
        }
    }

    static func store(_ source: UnsafePointer<Int64>, count: Int, into target: UnsafeMutableRawPointer, _ dataType: DataType) {
        switch dataType {
        case .uint8, .int8: put(target, count, as: UInt8.self) { UInt8(truncatingIfNeeded: source[$0]) }
        case .uint16, .int16: put(target, count, as: UInt16.self) { UInt16(truncatingIfNeeded: source[$0]) }
        case .uint32, .int32: put(target, count, as: UInt32.self) { UInt32(truncatingIfNeeded: source[$0]) }
        case .uint64, .int64: put(target, count, as: Int64.self) { source[$0] }
        default: preconditionFailure("infer accepted a type that integers cannot hold")
        }
    }
}

@inline(__always)
private func each<E: BitwiseCopyable>(_ source: UnsafeRawPointer, _ count: Int, as type: E.Type, _ body: (Int, E) -> Void) {
    let elements = source.assumingMemoryBound(to: type)
    for i in 0..<count { body(i, elements[i]) }
}

@inline(__always)
private func put<E: BitwiseCopyable>(_ target: UnsafeMutableRawPointer, _ count: Int, as type: E.Type, _ body: (Int) -> E) {
    let elements = target.assumingMemoryBound(to: type)
    for i in 0..<count { elements[i] = body(i) }
}

@inline(__always)
private func widen<T: BinaryFloatingPoint>(
    _ source: UnsafeRawPointer, _ dataType: DataType, _ count: Int, _ target: UnsafeMutablePointer<T>
) {
    switch dataType {
    case .float16: each(source, count, as: Float16.self) { target[$0] = T($1) }
    case .bfloat16: each(source, count, as: UInt16.self) { target[$0] = T(BFloat16.widened($1)) }
    case .float32: each(source, count, as: Float.self) { target[$0] = T($1) }
    case .float64: each(source, count, as: Double.self) { target[$0] = T($1) }
    case .uint8, .bool, .uint4, .uint2: each(source, count, as: UInt8.self) { target[$0] = T($1) }
    case .int8, .int4, .int2: each(source, count, as: Int8.self) { target[$0] = T($1) }
    case .uint16: each(source, count, as: UInt16.self) { target[$0] = T($1) }
    case .int16: each(source, count, as: Int16.self) { target[$0] = T($1) }
    case .uint32: each(source, count, as: UInt32.self) { target[$0] = T($1) }
    case .int32: each(source, count, as: Int32.self) { target[$0] = T($1) }
    case .uint64: each(source, count, as: UInt64.self) { target[$0] = T($1) }
    case .int64: each(source, count, as: Int64.self) { target[$0] = T($1) }
    default: preconditionFailure("infer accepted a type that is not a number")
    }
}

@inline(__always)
private func narrow<T: BinaryFloatingPoint>(
    _ source: UnsafePointer<T>, _ count: Int, _ target: UnsafeMutableRawPointer, _ dataType: DataType
) {
    switch dataType {
    case .float16: put(target, count, as: Float16.self) { Float16(source[$0]) }
    case .bfloat16: put(target, count, as: UInt16.self) { BFloat16.rounded(Float(source[$0])) }
    case .float32: put(target, count, as: Float.self) { Float(source[$0]) }
    case .float64: put(target, count, as: Double.self) { Double(source[$0]) }
    case .uint8: put(target, count, as: UInt8.self) { saturated(source[$0]) }
    case .int8: put(target, count, as: Int8.self) { saturated(source[$0]) }
    case .uint16: put(target, count, as: UInt16.self) { saturated(source[$0]) }
    case .int16: put(target, count, as: Int16.self) { saturated(source[$0]) }
    case .uint32: put(target, count, as: UInt32.self) { saturated(source[$0]) }
    case .int32: put(target, count, as: Int32.self) { saturated(source[$0]) }
    case .uint64: put(target, count, as: UInt64.self) { saturated(source[$0]) }
    case .int64: put(target, count, as: Int64.self) { saturated(source[$0]) }
    case .bool: put(target, count, as: UInt8.self) { source[$0] != 0 ? 1 : 0 }
    default: preconditionFailure("infer accepted a type that is not a number")
    }
}

/// Towards zero, to the nearest bound when outside, 0 for a NaN.
@inline(__always)
private func saturated<T: BinaryFloatingPoint, I: FixedWidthInteger>(_ value: T) -> I {
    if value.isNaN { return 0 }
    if value >= T(I.max) { return I.max }
    if value <= T(I.min) { return I.min }
    return I(value)
}
