internal import CMessages
internal import CProtobufC

/// Memory for what protobuf-c unpacks: bump allocation, one ceiling, everything freed at once.
///
/// Used by one thread at a time.
final class UnpackArena {
    private static let chunkBytes = 64 * 1024

    private var chunks: [(base: UnsafeMutableRawPointer, byteCount: Int)] = []
    private var cursor: UnsafeMutableRawPointer?
    private var room = 0
    private var used = 0
    private var ceiling = 0

    deinit {
        for chunk in chunks { chunk.base.deallocate() }
    }

    /// Forgets everything unpacked so far and allows `ceiling` bytes from here on.
    func reset(ceiling: Int) {
        // The first chunk is kept: most messages fit it.
        for chunk in chunks.dropFirst() { chunk.base.deallocate() }
        chunks = Array(chunks.prefix(1))
        cursor = chunks.first?.base
        room = chunks.first?.byteCount ?? 0
        used = 0
        self.ceiling = ceiling
    }

    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount <= ceiling - used else { return nil }
        let rounded = (byteCount + 15) & ~15
        used += rounded
        if rounded > room {
            let size = max(Self.chunkBytes, rounded)
            let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            chunks.append((base, size))
            cursor = base
            room = size
        }
        guard let result = cursor else { return nil }
        cursor = result + rounded
        room -= rounded
        return result
    }

    /// Unpacks `bytes` as the message of `descriptor`; nil when they are malformed or the ceiling is reached.
    /// The result is valid until the next `reset`.
    func unpack(
        _ bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> UnsafeMutablePointer<ProtobufCMessage>? {
        var allocator = ProtobufCAllocator(
            alloc: onnxArenaAllocate, free: onnxArenaFree, allocator_data: Unmanaged.passUnretained(self).toOpaque())
        return withExtendedLifetime(self) {
            protobuf_c_message_unpack(descriptor, &allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }
}

@c(martlet_onnx_arena_allocate)
private func onnxArenaAllocate(_ data: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let data else { return nil }
    return Unmanaged<UnpackArena>.fromOpaque(data).takeUnretainedValue().allocate(size)
}

@c(martlet_onnx_arena_free)
private func onnxArenaFree(_ data: UnsafeMutableRawPointer?, _ pointer: UnsafeMutableRawPointer?) {}
