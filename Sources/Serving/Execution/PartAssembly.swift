internal import Glibc
internal import Synchronization
internal import Tensors

/// Puts the answers to the parts of a large request together. Parts run on several lanes at once.
final class PartAssembly: Sendable {
    private struct State {
        var rowsLeft: Int
        var outputs: [Tensor?]
        var strings: [[ByteString]]
        var error: ServingError?
    }

    private let rows: Int
    private let sharedOutputs: Set<Int>
    private let state: Mutex<State>

    init(rows: Int, outputCount: Int, sharedOutputs: Set<Int>) {
        self.rows = rows
        self.sharedOutputs = sharedOutputs
        state = Mutex(
            State(rowsLeft: rows, outputs: Array(repeating: nil, count: outputCount), strings: Array(repeating: [], count: outputCount)))
    }

    enum Progress {
        case more
        case done([Tensor?])
        case failed(ServingError)
    }

    /// Whether there is no point in running the rest.
    var hasFailed: Bool { state.withLock { $0.error != nil } }

    /// Takes in rows `first..<first + count` of the request, which are rows `batchRow...` of `outputs`. The caller that hears `done` or
    /// `failed` answers the request; nobody hears it before the last part is accounted for.
    func add(first: Int, count: Int, batchRow: Int, outputs: [Tensor?]) -> Progress {
        // The pieces are copied under the lock: requests that need parts are few, and large.
        state.withLock { state in
            if state.error == nil, let message = copy(first: first, count: count, batchRow: batchRow, outputs: outputs, into: &state) {
                state.error = ServingError(.internal, message)
            }
            return account(count, &state)
        }
    }

    /// Accounts for `count` rows that will never be answered.
    func fail(count: Int, _ error: ServingError) -> Progress {
        state.withLock { state in
            if state.error == nil { state.error = error }
            return account(count, &state)
        }
    }

    private func account(_ count: Int, _ state: inout State) -> Progress {
        state.rowsLeft -= count
        guard state.rowsLeft <= 0 else { return .more }
        if let error = state.error { return .failed(error) }
        for (index, strings) in state.strings.enumerated() where !strings.isEmpty { state.outputs[index]?.setStrings(strings) }
        return .done(state.outputs)
    }

    /// Copies the part's rows to their places; returns what is wrong with them, if anything.
    private func copy(first: Int, count: Int, batchRow: Int, outputs: [Tensor?], into state: inout State) -> String? {
        for (index, part) in outputs.enumerated() {
            guard let part else { continue }
            if sharedOutputs.contains(index) {
                state.outputs[index] = part
                continue
            }
            var dims = part.shape.dims
            dims[0] = rows
            guard let shape = Shape(checking: dims) else { return "too many elements in the answer" }
            if part.dataType == .string {
                let width = shape.count / max(1, rows)
                if state.strings[index].isEmpty {
                    state.strings[index] = Array(repeating: ByteString(bytes: []), count: shape.count)
                    state.outputs[index] = Tensor(dataType: .string, shape: shape)
                }
                guard state.strings[index].count == shape.count else { return "rows of an output differ in shape" }
                for element in 0..<(count * width) {
                    state.strings[index][first * width + element] = part.strings[batchRow * width + element]
                }
                continue
            }
            let whole = state.outputs[index] ?? Tensor(dataType: part.dataType, shape: shape)
            guard whole.shape == shape, whole.dataType == part.dataType else { return "rows of an output differ in shape" }
            state.outputs[index] = whole
            let width = whole.byteCount / max(1, rows)
            memcpy(whole.mutableBytes + first * width, part.bytes + batchRow * width, count * width)
        }
        return nil
    }
}
