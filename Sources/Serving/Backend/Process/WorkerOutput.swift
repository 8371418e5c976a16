internal import Glibc
internal import Synchronization

/// What a worker prints: handed on line by line, and its end kept, for it says best why a worker ended.
final class WorkerOutput: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var line: [UInt8] = []
        var lastLine = ""
    }

    /// Bytes of one line. Beyond: it is cut in two.
    private static let maxLineBytes = 4096

    private let state = Mutex(State())
    private let onLine: @Sendable (String) -> Void

    init(onLine: @escaping @Sendable (String) -> Void) { self.onLine = onLine }

    func attach(_ descriptor: Int32) {
        state.withLock { state in
            state.descriptor = descriptor
            state.line = []
            state.lastLine = ""
        }
    }

    /// The pipe to watch; -1 for none.
    var descriptor: Int32 { state.withLock { $0.descriptor } }

    /// Takes in what there is to read. Any thread.
    func drain() {
        let lines: [String] = state.withLock { state in
            guard state.descriptor >= 0 else { return [] }
            return Self.drain(&state)
        }
        for line in lines { onLine(line) }
    }

    private static func drain(_ state: inout State) -> [String] {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        // Four reads at a time: one that prints without end must not keep the others from being looked at.
        for _ in 0..<4 {
            let count = read(state.descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            for byte in buffer[0..<count] {
                if byte != 0x0A { state.line.append(byte) }
                guard byte == 0x0A || state.line.count >= maxLineBytes else { continue }
                let line = String(decoding: state.line, as: UTF8.self)
                state.line.removeAll(keepingCapacity: true)
                if line.contains(where: { $0 != " " }) { state.lastLine = line }
                lines.append(line)
            }
        }
        return lines
    }

    /// The child is over: its last line, and no more from it.
    func detach(_ child: ChildProcess) -> String {
        let (lines, last): ([String], String) = state.withLock { state in
            guard state.descriptor == child.outputDescriptor else { return ([], "") }
            var lines: [String] = []
            // What is in the pipe, and no more: a grandchild may hold it open.
            for _ in 0..<8 { lines += Self.drain(&state) }
            if !state.line.isEmpty {
                let line = String(decoding: state.line, as: UTF8.self)
                lines.append(line)
                state.lastLine = line
                state.line = []
            }
            state.descriptor = -1
            return (lines, state.lastLine)
        }
        for line in lines { onLine(line) }
        return last
    }
}
