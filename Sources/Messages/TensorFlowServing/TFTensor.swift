internal import CMessages
internal import CProtobufC

/// A tensor in a decoded message of TensorFlow Serving. A view, valid as long as the bytes and the arena
/// of the message.
public struct TFTensor: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    let message: UnsafePointer<Tensorflow__TensorProto>

    /// The elements as bytes, little-endian; empty when they are in a typed list.
    public let content: UnsafeRawBufferPointer

    /// Decodes a serialized TensorProto: its content is cut out, the rest goes through protobuf-c.
    init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        let cut = try WireCut(field: 4, from: bytes, in: arena)
        content = cut.blocks.last ?? UnsafeRawBufferPointer(start: nil, count: 0)
        message = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.descriptor.pointer, in: arena))
            .assumingMemoryBound(to: Tensorflow__TensorProto.self)
    }

    private static let descriptor = MessageDescriptor(of: tensorflow__tensor_proto__init)

    public var datatype: TFServing.DataType { TFServing.DataType(rawValue: Int32(bitPattern: message.pointee.dtype.rawValue)) }

    /// Whether the client left the number of axes open.
    public var hasUnknownRank: Bool { message.pointee.tensor_shape.map { $0.pointee.unknown_rank != 0 } ?? false }

    /// The number of axes.
    public var rank: Int { message.pointee.tensor_shape.map { $0.pointee.n_dim } ?? 0 }

    /// The size of one axis as it was sent: nothing says that it is positive.
    public func size(_ axis: Int) -> Int64 {
        precondition(axis >= 0 && axis < rank, "axis out of range")
        return message.pointee.tensor_shape?.pointee.dim?[axis]?.pointee.size ?? 0
    }

    /// The sizes of all axes. Allocates.
    public var shape: [Int64] { (0..<rank).map(size) }

    var floats: UnsafeBufferPointer<Float> { list(message.pointee.float_val, message.pointee.n_float_val) }
    var doubles: UnsafeBufferPointer<Double> { list(message.pointee.double_val, message.pointee.n_double_val) }
    var ints: UnsafeBufferPointer<Int32> { list(message.pointee.int_val, message.pointee.n_int_val) }
    var int64s: UnsafeBufferPointer<Int64> { list(message.pointee.int64_val, message.pointee.n_int64_val) }
    var uint32s: UnsafeBufferPointer<UInt32> { list(message.pointee.uint32_val, message.pointee.n_uint32_val) }
    var uint64s: UnsafeBufferPointer<UInt64> { list(message.pointee.uint64_val, message.pointee.n_uint64_val) }
    var bools: UnsafeBufferPointer<Int32> { list(message.pointee.bool_val, message.pointee.n_bool_val) }
    var halves: UnsafeBufferPointer<Int32> { list(message.pointee.half_val, message.pointee.n_half_val) }
    var complexFloats: UnsafeBufferPointer<Float> { list(message.pointee.scomplex_val, message.pointee.n_scomplex_val) }
    var complexDoubles: UnsafeBufferPointer<Double> { list(message.pointee.dcomplex_val, message.pointee.n_dcomplex_val) }
    var float8s: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: message.pointee.float8_val.data, count: message.pointee.float8_val.len)
    }
    var strings: UnsafeBufferPointer<ProtobufCBinaryData> { list(message.pointee.string_val, message.pointee.n_string_val) }

    private func list<T>(_ start: UnsafeMutablePointer<T>?, _ count: Int) -> UnsafeBufferPointer<T> {
        UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    }
}
