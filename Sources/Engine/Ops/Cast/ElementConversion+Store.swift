internal import Tensors

extension ElementConversion {
    func storeReals<R: RealElement>(_ block: UnsafePointer<R>, _ destination: UnsafeMutableRawPointer, _ type: DataType, _ count: Int) {
        switch type {
        case .float32: convertLoop(block, destination, count) { (x: R) in Float(x) }
        case .float64: convertLoop(block, destination, count) { (x: R) in Double(x) }
        case .float16: convertLoop(block, destination, count) { (x: R) in Float16(x) }
        case .bfloat16: convertLoop(block, destination, count) { (x: R) in BFloat16(Float(x)) }
        case .bool: convertLoop(block, destination, count) { (x: R) in x == 0 ? UInt8(0) : 1 }
        case .int64: convertLoop(block, destination, count) { (x: R) in x.truncatedInt64 }
        case .int32: convertLoop(block, destination, count) { (x: R) in x.truncatedInt32 }
        case .int16: convertLoop(block, destination, count) { (x: R) in Int16(truncatingIfNeeded: x.truncatedInt32) }
        case .int8: convertLoop(block, destination, count) { (x: R) in Int8(truncatingIfNeeded: x.truncatedInt32) }
        case .uint64: convertLoop(block, destination, count) { (x: R) in x.truncatedUInt64 }
        case .uint32: convertLoop(block, destination, count) { (x: R) in UInt32(truncatingIfNeeded: x.truncatedInt64) }
        case .uint16: convertLoop(block, destination, count) { (x: R) in UInt16(truncatingIfNeeded: x.truncatedInt32) }
        case .uint8: convertLoop(block, destination, count) { (x: R) in UInt8(truncatingIfNeeded: x.truncatedInt32) }
        case .int4: convertLoop(block, destination, count) { (x: R) in Int8(truncatingIfNeeded: x.truncatedInt32 << 4) >> 4 }
        case .int2: convertLoop(block, destination, count) { (x: R) in Int8(truncatingIfNeeded: x.truncatedInt32 << 6) >> 6 }
        case .uint4: convertLoop(block, destination, count) { (x: R) in UInt8(truncatingIfNeeded: x.truncatedInt32) & 15 }
        case .uint2: convertLoop(block, destination, count) { (x: R) in UInt8(truncatingIfNeeded: x.truncatedInt32) & 3 }
        case .float8E8M0:
            convertLoop(block, destination, count) { (x: R) in
                Float8E8M0.encode(Float(x), saturate: saturate, rounding: exponentRounding)
            }
        case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float4E2M1:
            guard let format = MiniFloat.format(of: type) else { return }
            convertLoop(block, destination, count) { (x: R) in format.encode(Float(x), saturate: saturate) }
        case .string, .complex64, .complex128: preconditionFailure("no numeric reading")
        }
    }

    func storeIntegers<I: WideInteger>(
        _ block: UnsafePointer<I>, _ destination: UnsafeMutableRawPointer, _ type: DataType, _ count: Int
    ) {
        switch type {
        case .float32: convertLoop(block, destination, count) { (x: I) in Float(x) }
        case .float64: convertLoop(block, destination, count) { (x: I) in Double(x) }
        case .float16: convertLoop(block, destination, count) { (x: I) in Float16(Double(x)) }
        case .bfloat16: convertLoop(block, destination, count) { (x: I) in BFloat16(Float(x)) }
        case .bool: convertLoop(block, destination, count) { (x: I) in x == 0 ? UInt8(0) : 1 }
        case .int64, .uint64: convertLoop(block, destination, count) { (x: I) in UInt64(truncatingIfNeeded: x) }
        case .int32, .uint32: convertLoop(block, destination, count) { (x: I) in UInt32(truncatingIfNeeded: x) }
        case .int16, .uint16: convertLoop(block, destination, count) { (x: I) in UInt16(truncatingIfNeeded: x) }
        case .int8, .uint8: convertLoop(block, destination, count) { (x: I) in UInt8(truncatingIfNeeded: x) }
        case .int4: convertLoop(block, destination, count) { (x: I) in Int8(truncatingIfNeeded: x << 4) >> 4 }
        case .int2: convertLoop(block, destination, count) { (x: I) in Int8(truncatingIfNeeded: x << 6) >> 6 }
        case .uint4: convertLoop(block, destination, count) { (x: I) in UInt8(truncatingIfNeeded: x) & 15 }
        case .uint2: convertLoop(block, destination, count) { (x: I) in UInt8(truncatingIfNeeded: x) & 3 }
        case .float8E8M0:
            convertLoop(block, destination, count) { (x: I) in
                Float8E8M0.encode(Float(x), saturate: saturate, rounding: exponentRounding)
            }
        case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float4E2M1:
            guard let format = MiniFloat.format(of: type) else { return }
            convertLoop(block, destination, count) { (x: I) in format.encode(Float(x), saturate: saturate) }
        case .string, .complex64, .complex128: preconditionFailure("no numeric reading")
        }
    }
}

extension BinaryFloatingPoint {
    /// Rounded towards zero; the lowest value when it does not fit or is NaN.
    @inline(__always)
    var truncatedInt64: Int64 {
        self > -9_223_372_036_854_775_808.0 && self < 9_223_372_036_854_775_808.0 ? Int64(self) : Int64.min
    }

    @inline(__always)
    var truncatedInt32: Int32 {
        self > -2_147_483_649.0 && self < 2_147_483_648.0 ? Int32(self) : Int32.min
    }

    @inline(__always)
    var truncatedUInt64: UInt64 {
        if self >= 9_223_372_036_854_775_808.0 && self < 18_446_744_073_709_551_616.0 { return UInt64(self) }
        return UInt64(bitPattern: truncatedInt64)
    }
}
