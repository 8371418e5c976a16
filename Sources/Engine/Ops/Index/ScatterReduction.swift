import Tensors

/// How an update is combined with what is there.
enum ScatterReduction: String {
    case none
    case add
    case mul
    case max
    case min

    init(node: Node) throws(EngineError) {
        let name = try node.string("reduction", default: "none")
        guard let reduction = ScatterReduction(rawValue: name) else {
            throw node.malformed("reduction '\(name)' is not known")
        }
        self = reduction
    }

    /// Throws unless elements of `type` can be combined so.
    func check(_ type: DataType) throws(EngineError) {
        switch type {
        case _ where self == .none: return
        case .string, .complex64, .complex128, .uint4, .int4, .uint2, .int2:
            throw EngineError(.unsupported, "reduction \(rawValue) of \(type)")
        case _ where type.isFloatingPoint && type.byteWidth == 1:
            throw EngineError(.unsupported, "reduction \(rawValue) of \(type)")
        default: return
        }
    }

    /// Combines `updates[index]` into `target[offset]` for every pair that `walk` names, in its order.
    ///
    /// - Precondition: ``check(_:)`` has accepted the type; `self` is not `none`.
    func combine(_ updates: Tensor, into target: Tensor, _ walk: ((_ index: Int, _ offset: Int) -> Void) -> Void) {
        switch target.dataType {
        case .float32: number(Float.self, updates, target, walk)
        case .float64: number(Double.self, updates, target, walk)
        case .float16: number(Float16.self, updates, target, walk)
        case .bfloat16: brain(updates, target, walk)
        case .int8: integer(Int8.self, updates, target, walk)
        case .int16: integer(Int16.self, updates, target, walk)
        case .int32: integer(Int32.self, updates, target, walk)
        case .int64: integer(Int64.self, updates, target, walk)
        case .uint8: integer(UInt8.self, updates, target, walk)
        case .uint16: integer(UInt16.self, updates, target, walk)
        case .uint32: integer(UInt32.self, updates, target, walk)
        case .uint64: integer(UInt64.self, updates, target, walk)
        case .bool: logical(updates, target, walk)
        default: preconditionFailure("check accepted a type without reductions")
        }
    }

    private func number<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ type: T.Type, _ updates: Tensor, _ target: Tensor, _ walk: ((Int, Int) -> Void) -> Void
    ) {
        let from = updates.pointer(as: type)
        let to = target.mutablePointer(as: type)
        walk { index, offset in
            let (old, new) = (to[offset], from[index])
            switch self {
            case .add: to[offset] = old + new
            case .mul: to[offset] = old * new
            // A value that is no number stays one.
            case .max: if !(old >= new), !old.isNaN { to[offset] = new }
            case .min: if !(old <= new), !old.isNaN { to[offset] = new }
            case .none: to[offset] = new
            }
        }
    }

    private func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, _ updates: Tensor, _ target: Tensor, _ walk: ((Int, Int) -> Void) -> Void
    ) {
        let from = updates.pointer(as: type)
        let to = target.mutablePointer(as: type)
        walk { index, offset in
            let (old, new) = (to[offset], from[index])
            switch self {
            case .add: to[offset] = old &+ new
            case .mul: to[offset] = old &* new
            case .max: to[offset] = Swift.max(old, new)
            case .min: to[offset] = Swift.min(old, new)
            case .none: to[offset] = new
            }
        }
    }

    private func logical(_ updates: Tensor, _ target: Tensor, _ walk: ((Int, Int) -> Void) -> Void) {
        let from = updates.pointer(as: UInt8.self)
        let to = target.mutablePointer(as: UInt8.self)
        walk { index, offset in
            let isEither = self == .add || self == .max
            to[offset] = isEither ? to[offset] | from[index] : to[offset] & from[index]
        }
    }

    private func brain(_ updates: Tensor, _ target: Tensor, _ walk: ((Int, Int) -> Void) -> Void) {
        let from = updates.pointer(as: UInt16.self)
        let to = target.mutablePointer(as: UInt16.self)
        walk { index, offset in
            let old = Float(bitPattern: UInt32(to[offset]) << 16)
            let new = Float(bitPattern: UInt32(from[index]) << 16)
            let result: Float
            switch self {
            case .add: result = old + new
            case .mul: result = old * new
            case .max: result = old >= new || old.isNaN ? old : new
            case .min: result = old <= new || old.isNaN ? old : new
            case .none: result = new
            }
            to[offset] = result.brainBits
        }
    }
}

extension Float {
    /// The nearest bfloat16, ties to even.
    var brainBits: UInt16 {
        if isNaN { return UInt16(bitPattern >> 16) | 0x40 }
        let rounding = 0x7FFF + (bitPattern >> 16 & 1)
        return UInt16(truncatingIfNeeded: (bitPattern &+ rounding) >> 16)
    }
}
