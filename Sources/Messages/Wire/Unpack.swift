internal import CMessages
internal import CProtobufC

/// The one way into protobuf-c's decoder: checked first, inside an arena.
enum Unpack {
    /// The message as protobuf-c's struct, in the arena. Runs on the caller's thread.
    static func message(
        _ bytes: UnsafeRawBufferPointer, as descriptor: WireCheck.Descriptor, in arena: borrowing MessageArena
    ) throws(MessageError) -> UnsafeMutablePointer<ProtobufCMessage> {
        try WireCheck.check(bytes, against: descriptor, depth: arena.limits.nestingDepth)
        // protobuf-c wants an address even for nothing.
        var nothing: UInt8 = 0
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let message = withUnsafePointer(to: &nothing) { empty in
            protobuf_c_message_unpack(descriptor, arena.allocator, bytes.count, start ?? empty)
        }
        guard let message else {
            if arena.state.pointee.exhausted { throw .arenaExhausted(arena.state.pointee.ceilingBytes) }
            throw MessageError(.malformed, "\(String(cString: descriptor.pointee.name)) cannot be decoded")
        }
        return message
    }
}
