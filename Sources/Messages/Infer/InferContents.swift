internal import CMessages
internal import CProtobufC

/// The elements of a tensor that were sent typed. A view, valid as long as the arena of the message.
public struct InferContents: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    private let message: UnsafePointer<Inference__InferTensorContents>

    init(_ message: UnsafePointer<Inference__InferTensorContents>) {
        self.message = message
    }

    /// BOOL, each as 0 or another number.
    public var bools: UnsafeBufferPointer<Int32> { list(message.pointee.bool_contents, message.pointee.n_bool_contents) }
    /// INT8, INT16 and INT32.
    public var ints: UnsafeBufferPointer<Int32> { list(message.pointee.int_contents, message.pointee.n_int_contents) }
    public var int64s: UnsafeBufferPointer<Int64> { list(message.pointee.int64_contents, message.pointee.n_int64_contents) }
    /// UINT8, UINT16 and UINT32.
    public var uints: UnsafeBufferPointer<UInt32> { list(message.pointee.uint_contents, message.pointee.n_uint_contents) }
    public var uint64s: UnsafeBufferPointer<UInt64> { list(message.pointee.uint64_contents, message.pointee.n_uint64_contents) }
    public var floats: UnsafeBufferPointer<Float> { list(message.pointee.fp32_contents, message.pointee.n_fp32_contents) }
    public var doubles: UnsafeBufferPointer<Double> { list(message.pointee.fp64_contents, message.pointee.n_fp64_contents) }

    /// BYTES: the number of elements.
    public var bytesCount: Int { message.pointee.n_bytes_contents }

    /// BYTES: one element.
    public func bytes(_ position: Int) -> UnsafeRawBufferPointer {
        precondition(position >= 0 && position < bytesCount, "index out of range")
        guard let data = message.pointee.bytes_contents?[position] else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: data.data, count: data.len)
    }

    /// The elements in all lists; an honest client fills one.
    public var totalCount: Int {
        bools.count + ints.count + int64s.count + uints.count + uint64s.count + floats.count + doubles.count + bytesCount
    }

    private func list<T>(_ start: UnsafeMutablePointer<T>?, _ count: Int) -> UnsafeBufferPointer<T> {
        UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    }
}
