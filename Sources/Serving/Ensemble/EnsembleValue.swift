internal import Glibc
internal import Tensors

/// A tensor on its way through an ensemble: a view of the request's memory, or of what a step made. Passing it on copies nothing.
///
/// The memory is only read, and stays while the request is under way: that is what `@unchecked Sendable` rests on.
struct EnsembleValue: @unchecked Sendable {
    var dataType: DataType
    var dims: Dims
    var contents: InputTensor.Contents
    /// Keeps the bytes of a step's output; nil for the request's own memory and for tensors.
    var storage: TensorStorage?
    /// The rows of the request that the value's rows are, when a step ran on some only; nil for all.
    var rows: RowSet?

    init(_ input: InputTensor) {
        dataType = input.dataType
        dims = input.dims
        contents = input.contents
    }

    init(_ tensor: Tensor, rows: RowSet? = nil) {
        dataType = tensor.dataType
        dims = Dims(tensor.shape)
        contents = .tensor(tensor)
        self.rows = rows
    }

    init(_ output: OutputTensor, rows: RowSet? = nil) {
        dataType = output.dataType
        dims = output.dims
        if output.dataType == .string {
            let strings = output.strings
            let isWhole = output.offset == 0 && output.count == output.storage.strings.count
            let shape = Shape([output.count])
            contents = .tensor(
                isWhole ? Tensor(dataType: .string, shape: shape, storage: output.storage) : Tensor(strings: Array(strings), shape: shape))
        } else {
            contents = .bytes(output.bytes)
            storage = output.storage
        }
        self.rows = rows
    }

    /// Elements.
    var count: Int { dims.checkedCount ?? 0 }

    /// What reading it costs: its elements, or for strings their bytes.
    var work: Int {
        guard case .tensor(let tensor) = contents, dataType == .string else { return count }
        return tensor.strings.reduce(0) { $0 + $1.bytes.count }
    }

    /// Rows that are there.
    var rowCount: Int { dims.count > 0 ? dims[0] : 1 }

    /// The memory of the elements; nil for strings.
    var bytes: UnsafeRawPointer? {
        switch contents {
        case .bytes(let bytes): bytes.baseAddress
        case .tensor(let tensor): tensor.dataType == .string ? nil : tensor.bytes
        }
    }

    /// The same value as a tensor of its own, aligned and independent of the request's memory. A step's output is not copied.
    func tensor() -> Tensor {
        let shape = Shape(checking: dims.array) ?? Shape([0])
        switch contents {
        case .tensor(let tensor): return tensor.shape == shape ? tensor : tensor.reshaped(to: shape)
        case .bytes(let bytes):
            if let storage, let base = bytes.baseAddress, Int(bitPattern: base) % max(1, dataType.byteWidth) == 0 {
                return Tensor(dataType: dataType, shape: shape, storage: storage, byteOffset: base - UnsafeRawPointer(storage.base))
            }
            let copy = Tensor(dataType: dataType, shape: shape)
            if let base = bytes.baseAddress { memcpy(copy.mutableBytes, base, min(bytes.count, copy.byteCount)) }
            return copy
        }
    }

    /// The elements of one row of the request; nil when the value has not got it.
    func elements(ofRow row: Int) -> Range<Int>? {
        let rowCount = rowCount
        let place: Int
        if let rows {
            guard let found = rows.position(of: row) else { return nil }
            place = found
        } else {
            guard row < rowCount else { return nil }
            place = row
        }
        let width = rowCount > 0 ? count / rowCount : 0
        return place * width..<(place + 1) * width
    }

    /// The value restricted to rows of the request that it has; copies them.
    func taking(_ wanted: RowSet) -> EnsembleValue {
        if rows == wanted { return self }
        let places = wanted.rows.map { rows?.position(of: $0) ?? $0 }
        var dims = dims
        let width = rowCount > 0 ? count / rowCount : 0
        if dims.count > 0 { dims[0] = places.count }
        var result: EnsembleValue
        if case .tensor(let tensor) = contents, dataType == .string {
            var strings: [ByteString] = []
            for place in places { strings += tensor.strings[place * width..<(place + 1) * width] }
            result = EnsembleValue(Tensor(strings: strings, shape: Shape([strings.count])), rows: wanted)
        } else {
            let copy = Tensor(dataType: dataType, shape: Shape(checking: dims.array) ?? Shape([0]))
            let rowBytes = width * dataType.byteWidth
            if let bytes {
                for (target, place) in places.enumerated() {
                    memcpy(copy.mutableBytes + target * rowBytes, bytes + place * rowBytes, rowBytes)
                }
            }
            result = EnsembleValue(copy, rows: wanted)
        }
        result.dims = dims
        return result
    }

    /// One value out of several that may have some of the rows each: for every row the first that has it.
    static func merged(_ values: [EnsembleValue], name: String) throws(ServingError) -> EnsembleValue {
        guard let first = values.first, let rows = first.rows, values.count > 1 else { return values[0] }
        var sources: [(value: Int, row: Int)] = []
        for row in 0..<rows.total {
            guard let value = values.firstIndex(where: { $0.elements(ofRow: row) != nil }) else { continue }
            sources.append((value, row))
        }
        let width = first.rowCount > 0 ? first.count / first.rowCount : 0
        for value in values where value.rowCount > 0 {
            guard value.dataType == first.dataType, value.count / value.rowCount == width, value.dims.count == first.dims.count else {
                throw ServingError(.internal, "the tensors that '\(name)' is put together from have rows of different types or shapes")
            }
        }
        let whole = sources.count == rows.total ? nil : RowSet(rows: sources.map(\.row), total: rows.total)
        var dims = first.dims
        dims[0] = sources.count
        var result: EnsembleValue
        if first.dataType == .string {
            var strings: [ByteString] = []
            for (value, row) in sources {
                guard case .tensor(let tensor) = values[value].contents, let range = values[value].elements(ofRow: row) else { continue }
                strings += tensor.strings[range]
            }
            result = EnsembleValue(Tensor(strings: strings, shape: Shape([strings.count])), rows: whole)
        } else {
            let copy = Tensor(dataType: first.dataType, shape: Shape(checking: dims.array) ?? Shape([0]))
            let rowBytes = width * first.dataType.byteWidth
            for (target, (value, row)) in sources.enumerated() {
                guard let bytes = values[value].bytes, let range = values[value].elements(ofRow: row) else { continue }
                memcpy(copy.mutableBytes + target * rowBytes, bytes + range.lowerBound * first.dataType.byteWidth, rowBytes)
            }
            result = EnsembleValue(copy, rows: whole)
        }
        result.dims = dims
        return result
    }

    /// One element of a tensor of numbers, in row-major order. The caller keeps within ``count``.
    func number(at index: Int) -> Double {
        guard let bytes else { return .nan }
        return dataType.number(at: bytes + index * dataType.byteWidth)
    }
}

extension DataType {
    /// The element at `place`, which need not be aligned; NaN for types that are no numbers.
    func number(at place: UnsafeRawPointer) -> Double {
        switch self {
        case .float32: Double(place.loadUnaligned(as: Float.self))
        case .float64: place.loadUnaligned(as: Double.self)
        case .float16: Double(HalfPrecision.value(of: place.loadUnaligned(as: UInt16.self)))
        case .bfloat16: Double(BFloat16.widened(place.loadUnaligned(as: UInt16.self)))
        case .bool, .uint8, .uint4, .uint2: Double(place.loadUnaligned(as: UInt8.self))
        case .int8, .int4, .int2: Double(place.loadUnaligned(as: Int8.self))
        case .uint16: Double(place.loadUnaligned(as: UInt16.self))
        case .int16: Double(place.loadUnaligned(as: Int16.self))
        case .uint32: Double(place.loadUnaligned(as: UInt32.self))
        case .int32: Double(place.loadUnaligned(as: Int32.self))
        case .uint64: Double(place.loadUnaligned(as: UInt64.self))
        case .int64: Double(place.loadUnaligned(as: Int64.self))
        default: .nan
        }
    }
}
