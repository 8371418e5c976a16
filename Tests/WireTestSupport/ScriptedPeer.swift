package import HTTP2
package import NIOCore

/// The other end of a connection under test: bytes go in, frames come out, and time passes when it is told to.
package final class ScriptedPeer: ConnectionOutput {
    package let loop: LoopContext
    package var counters: WireCounters { connection.counters }
    package private(set) var connection: Connection!
    package private(set) var frames: [SentFrame] = []
    package private(set) var isOutputClosed = false
    package private(set) var isClosed = false
    package private(set) var flushes = 0
    package private(set) var isReading = true
    package var isWritable = true
    private let decoder = HeaderBlockDecoder()
    private var bytes: [UInt8] = []
    /// What the connection must not outlive.
    private var kept: AnyObject?

    /// `make` gets the peer as the connection's output, and its loop.
    package init(
        handshake: Bool = true, _ make: (ScriptedPeer, LoopContext) throws -> (Connection, keep: AnyObject?)
    ) throws {
        loop = LoopContext(now: .seconds(1000))
        let (connection, kept) = try make(self, loop)
        self.connection = connection
        self.kept = kept
        loop.turn { connection.start() }
        guard handshake, connection.role == .server else { return }
        send(Frames.preface + Frames.settings + Frames.settingsAck)
        frames.removeAll()
    }

    package func send(_ bytes: [UInt8]) {
        loop.turn { bytes.withUnsafeBytes { connection.receive($0) } }
    }

    /// Lets time pass; timers fire.
    package func wait(_ nanoseconds: UInt64) { loop.advance(to: loop.now + nanoseconds) }

    /// Takes the frames that were sent since this was last called.
    package func take() -> [SentFrame] {
        defer { frames.removeAll() }
        return frames
    }

    package var goAway: SentFrame? { frames.first { $0.type == 7 } }
    package func reset(_ stream: UInt32) -> SentFrame? { frames.first { $0.type == 3 && $0.stream == stream } }

    // ConnectionOutput

    package func write(_ buffer: ByteBuffer) { bytes.append(contentsOf: buffer.readableBytesView) }

    package func flush() {
        flushes += 1
        for var frame in SentFrame.parse(&bytes) {
            if frame.type == 1 {
                for (name, value) in decoder.decode(frame.payload) ?? [("undecodable", "")] {
                    frame.fields[name] = frame.fields[name].map { $0 + "|" + value } ?? value
                }
            }
            frames.append(frame)
        }
    }

    package func setReading(_ isReading: Bool) { self.isReading = isReading }
    package func closeOutput() { isOutputClosed = true }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.turn { connection.lost() }
    }
}

