internal import Tensors

/// Memory that nodes borrow while they run, kept from one to the next. Used by one thread at a time.
final class ScratchPool {
    private var blocks: [TensorStorage] = []
    private var used = 0

    /// 64-byte aligned memory, valid until ``reset()``.
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if used == blocks.count {
            blocks.append(TensorStorage(byteCount: byteCount))
        } else if blocks[used].byteCount < byteCount {
            blocks[used] = TensorStorage(byteCount: byteCount)
        }
        used += 1
        return blocks[used - 1].base
    }

    /// Takes everything back.
    func reset() { used = 0 }
}
