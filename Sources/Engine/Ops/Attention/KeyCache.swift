internal import Tensors

/// Keys or values with what was cached before them, [batch, heads, positions, size]; empty when they can be read where they are.
struct KeyCache<T: ComputeType> {
    private(set) var elements: UnsafePointer<T>?
    let layout: HeadLayout
    private let destination: Destination<T>?

    /// - Parameters:
    ///   - past: position of the input that holds what was cached.
    ///   - fresh: the new elements, laid out as `layout` says.
    ///   - present: position of the output for all of them.
    init(
        _ run: NodeRun, past: Int, fresh: UnsafePointer<T>, _ layout: HeadLayout, heads: Int, count: Int, size: Int, present: Int
    ) {
        let cached = run.optionalTensor(past)
        let before = cached?.shape[2] ?? 0
        let batch = run.tensor(0).shape[0]
        self.layout = .headsFirst(heads: heads, positions: before + count, size: size)
        destination = run.isWanted(present) ? run.destination(present, as: T.self) : nil
        guard destination != nil || cached != nil else { return }
        let target = destination?.elements ?? run.scratch(T.self, count: batch * heads * (before + count) * size)
        let old = cached.map { run.elements($0, as: T.self) }
        for entry in 0..<batch {
            for head in 0..<heads {
                let line = target + self.layout.offset(entry, head)
                if let old { line.update(from: old + (entry * heads + head) * before * size, count: before * size) }
                for position in 0..<count {
                    (line + (before + position) * size).update(from: fresh + layout.offset(entry, head, position), count: size)
                }
            }
        }
        elements = UnsafePointer(target)
    }

    func finish() { destination?.finish() }
}
