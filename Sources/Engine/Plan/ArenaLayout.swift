/// Gives values places in one block of memory, such that no two that live at the same time overlap.
struct ArenaLayout {
    private struct Buffer {
        let byteCount: Int
        let first: Int
        var last: Int
        var offset = 0
    }

    private var buffers: [Buffer] = []
    private var bufferOfValue: [Int: Int] = [:]

    /// More buffers than this are placed in order of time instead of size, which packs less well but stays fast.
    private static let exhaustiveLimit = 3000

    /// A value that lives from step `first` to step `last`, both included.
    mutating func add(_ value: Int, byteCount: Int, from first: Int, until last: Int) {
        bufferOfValue[value] = buffers.count
        buffers.append(Buffer(byteCount: byteCount, first: first, last: max(first, last)))
    }

    /// Lets `value` take over the memory of `victim`.
    mutating func extend(_ victim: Int, with value: Int, until last: Int) {
        guard let buffer = bufferOfValue[victim] else { return }
        buffers[buffer].last = max(buffers[buffer].last, last)
        bufferOfValue[value] = buffer
    }

    /// The size of a value that has a place here.
    func byteCount(of value: Int) -> Int? { bufferOfValue[value].map { buffers[$0].byteCount } }

    var offsets: [Int: Int] { bufferOfValue.mapValues { buffers[$0].offset } }

    /// Chooses every offset, a multiple of 64. Returns the bytes that the block needs.
    mutating func assign(limitBytes: Int) throws(EngineError) -> Int {
        var order = Array(buffers.indices)
        if buffers.count <= Self.exhaustiveLimit {
            order.sort { (buffers[$1].byteCount, $0) < (buffers[$0].byteCount, $1) }
        }
        var placed: [Int] = []
        var total = 0
        for index in order {
            let buffer = buffers[index]
            let size = (buffer.byteCount + 63) & ~63
            var candidate = 0
            // `placed` is sorted by offset: the first gap that is large enough.
            for other in placed where buffers[other].first <= buffer.last && buffer.first <= buffers[other].last {
                let taken = buffers[other]
                if taken.offset >= candidate + size { break }
                candidate = max(candidate, taken.offset + ((taken.byteCount + 63) & ~63))
            }
            guard size <= limitBytes, candidate <= limitBytes - size else {
                throw EngineError(.resourceExhausted, "the values of a run take more than the limit of \(limitBytes) bytes")
            }
            buffers[index].offset = candidate
            total = max(total, candidate + size)
            if buffers.count > Self.exhaustiveLimit {
                placed.removeAll { buffers[$0].last < buffer.first }
            }
            var position = placed.count
            while position > 0, buffers[placed[position - 1]].offset > candidate { position -= 1 }
            placed.insert(index, at: position)
        }
        return total
    }
}
