import Tensors

/// Positions as a model gives them, int32 or int64, negative ones counted from the end.
struct IndexReader {
    private let wide: UnsafePointer<Int64>?
    private let narrow: UnsafePointer<Int32>?
    let count: Int

    /// - Parameter tensor: int32 or int64, as ``isIndexType(_:)`` accepts; it must outlive the reader.
    init(_ tensor: Tensor) {
        count = tensor.count
        wide = tensor.dataType == .int64 ? tensor.pointer(as: Int64.self) : nil
        narrow = tensor.dataType == .int32 ? tensor.pointer(as: Int32.self) : nil
    }

    static func isIndexType(_ type: DataType?) -> Bool { type == .int64 || type == .int32 }

    /// Throws unless input `index` holds positions.
    static func check(_ fact: Fact, input index: Int) throws(EngineError) {
        guard isIndexType(fact.dataType) else {
            throw EngineError(.malformedModel, "input \(index) must hold int32 or int64 positions, not \(fact.type)")
        }
    }

    /// The position as it is written.
    @inline(__always)
    subscript(index: Int) -> Int {
        if let wide { return Int(wide[index]) }
        if let narrow { return Int(narrow[index]) }
        return 0
    }

    /// The position counted from the beginning of an axis of `extent`; only after ``checkAll(extent:)``.
    @inline(__always)
    func resolved(_ index: Int, extent: Int) -> Int {
        let position = self[index]
        return position < 0 ? position + extent : position
    }

    /// Throws for the first position outside `-extent..<extent`.
    func checkAll(extent: Int) throws(EngineError) {
        for index in 0..<count {
            let position = self[index]
            guard position >= -extent, position < extent else { throw Self.outOfRange(position, extent: extent) }
        }
    }

    static func outOfRange(_ position: Int, extent: Int) -> EngineError {
        EngineError(.invalidInput, "index \(position) is out of range for an extent of \(extent)")
    }
}
