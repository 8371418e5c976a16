internal import Tensors

extension DataType {
    /// Numbers and truth values, which built-in steps reckon with.
    var isNumber: Bool {
        switch self {
        case .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .float16, .float32, .float64, .bfloat16: true
        default: false
        }
    }

    /// Writes the nearest value that the type has; NaN becomes 0 in whole numbers.
    func store(_ value: Double, at place: UnsafeMutableRawPointer) {
        switch self {
        case .float32: place.storeBytes(of: Float(value), as: Float.self)
        case .float64: place.storeBytes(of: value, as: Double.self)
        case .float16: place.storeBytes(of: HalfPrecision.bits(of: Float(value)), as: UInt16.self)
        case .bfloat16: place.storeBytes(of: BFloat16.rounded(Float(value)), as: UInt16.self)
        case .bool: place.storeBytes(of: value != 0 ? 1 : 0, as: UInt8.self)
        case .uint8: place.storeBytes(of: UInt8(saturating: value), as: UInt8.self)
        case .uint16: place.storeBytes(of: UInt16(saturating: value), as: UInt16.self)
        case .uint32: place.storeBytes(of: UInt32(saturating: value), as: UInt32.self)
        case .uint64: place.storeBytes(of: UInt64(saturating: value), as: UInt64.self)
        case .int8: place.storeBytes(of: Int8(saturating: value), as: Int8.self)
        case .int16: place.storeBytes(of: Int16(saturating: value), as: Int16.self)
        case .int32: place.storeBytes(of: Int32(saturating: value), as: Int32.self)
        case .int64: place.storeBytes(of: Int64(saturating: value), as: Int64.self)
        default: break
        }
    }
}

extension FixedWidthInteger {
    /// The value without its fraction, held within what the type has; 0 for NaN.
    init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value < 0 ? .min : .max
        }
    }
}

extension Tensor {
    /// One element of a tensor of numbers, in row-major order.
    func number(_ index: Int) -> Double { dataType.number(at: bytes + index * dataType.byteWidth) }

    /// A tensor of numbers whose elements `value` gives, in row-major order.
    init(_ dataType: DataType, _ shape: Shape, _ value: (Int) -> Double) {
        self.init(dataType: dataType, shape: shape)
        let width = dataType.byteWidth
        for index in 0..<shape.count { dataType.store(value(index), at: mutableBytes + index * width) }
    }
}

/// A shape as seen from one of its axes.
struct AxisView {
    let axis: Int
    /// Products of the extents before and after the axis.
    let outer: Int
    let extent: Int
    let inner: Int

    init(_ shape: Shape, axis: Int) throws(ServingError) {
        let place = axis < 0 ? axis + shape.rank : axis
        guard place >= 0, place < shape.rank else {
            throw ServingError(.invalidArgument, "a tensor of shape \(shape) has no axis \(axis)")
        }
        self.axis = place
        outer = shape.count(in: 0..<place)
        extent = shape[place]
        inner = shape.count(in: place + 1..<shape.rank)
    }

    /// The shape with another extent along the axis, or without the axis.
    static func replacing(_ dims: [Int], _ axis: Int, with extent: Int?) -> [Int] {
        var dims = dims
        if let extent { dims[axis] = extent } else { dims.remove(at: axis) }
        return dims
    }
}

extension TensorFacts {
    /// The axis counted from 0; nil when the rank is open.
    func place(of axis: Int) throws(ServingError) -> Int? {
        guard let dims else { return nil }
        let place = axis < 0 ? axis + dims.count : axis
        guard place >= 0, place < dims.count else { throw ServingError(.invalidArgument, "it is \(self) and has no axis \(axis)") }
        return place
    }

    func replacing(_ axis: Int, with extent: Int?, dataType: DataType? = nil) throws(ServingError) -> TensorFacts {
        guard let dims, let place = try place(of: axis) else { return TensorFacts(dataType ?? self.dataType, nil) }
        return TensorFacts(dataType ?? self.dataType, AxisView.replacing(dims, place, with: extent))
    }

    func requireNumber() throws(ServingError) {
        guard dataType.isNumber else { throw ServingError(.invalidArgument, "it is \(self), and the step takes numbers") }
    }

    func requireText() throws(ServingError) {
        guard dataType == .string else { throw ServingError(.invalidArgument, "it is \(self), and the step takes BYTES") }
    }

    /// The type that numbers made of this one have when they have fractions.
    var fractional: DataType { dataType.isFloatingPoint ? dataType : .float32 }
}
