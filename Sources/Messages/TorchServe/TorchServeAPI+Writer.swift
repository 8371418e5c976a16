extension TorchServeAPI {
    /// Writes requests for predictions and their answers; large inputs and answers by reference.
    ///
    /// Use: one of the `begin` methods, inputs for a request, `finish`, then send the `slices`. A reused
    /// writer asks the system for nothing. What is referenced must live until the slices are sent. Not
    /// thread-safe.
    public struct Writer: ~Copyable, @unchecked Sendable {
        // Sendable because the memory has no owner but this value, and references are only read.

        /// Bytes left free in front of the message, in the first slice, for the caller to fill.
        public let headroomBytes: Int
        private var buffer: SliceBuffer

        /// Bytes of the message after `finish`, headroom not counted.
        public private(set) var byteCount = 0

        /// References of up to `inlineBytes` are copied instead of making slices of their own.
        public init(headroomBytes: Int = 0, inlineBytes: Int = 1024) {
            self.headroomBytes = headroomBytes
            buffer = SliceBuffer(inlineBytes: inlineBytes)
        }

        /// Starts a request.
        public mutating func beginRequest(
            model: some TextSource, version: some TextSource = StaticString(""), sequenceId: String? = nil
        ) {
            start()
            model.withTextBytes { if !$0.isEmpty { buffer.own.append(field: 1, block: $0) } }
            version.withTextBytes { if !$0.isEmpty { buffer.own.append(field: 2, block: $0) } }
            sequenceId?.withTextBytes { buffer.own.append(field: 4, block: $0) }
        }

        /// Adds an input to a request, by reference.
        public mutating func input(_ name: some TextSource, _ bytes: UnsafeRawBufferPointer) {
            name.withTextBytes { name in
                let count = (name.isEmpty ? 0 : 1 &+ WireSize.block(name.count)) &+ 1 &+ WireSize.block(bytes.count)
                buffer.own.append(tag: 3, .block)
                buffer.own.append(varint: UInt64(count))
                if !name.isEmpty { buffer.own.append(field: 1, block: name) }
                buffer.own.append(tag: 2, .block)
                buffer.own.append(varint: UInt64(bytes.count))
                buffer.append(reference: bytes)
            }
        }

        /// Starts an answer with the prediction, by reference.
        public mutating func beginResponse(_ prediction: UnsafeRawBufferPointer, sequenceId: MessageText? = nil) {
            start()
            if !prediction.isEmpty {
                buffer.own.append(tag: 1, .block)
                buffer.own.append(varint: UInt64(prediction.count))
                buffer.append(reference: prediction)
            }
            if let sequenceId { buffer.own.append(field: 2, block: sequenceId.bytes) }
        }

        /// Starts an answer that reports an error inside a stream.
        public mutating func beginError(code: Int32, message: some TextSource, sequenceId: MessageText? = nil) {
            start()
            if let sequenceId { buffer.own.append(field: 2, block: sequenceId.bytes) }
            message.withTextBytes { message in
                let number = UInt64(bitPattern: Int64(code))
                let count = (code == 0 ? 0 : 1 &+ WireSize.varint(number)) &+ (message.isEmpty ? 0 : 1 &+ WireSize.block(message.count))
                buffer.own.append(tag: 3, .block)
                buffer.own.append(varint: UInt64(count))
                if code != 0 {
                    buffer.own.append(tag: 1, .varint)
                    buffer.own.append(varint: number)
                }
                if !message.isEmpty { buffer.own.append(field: 2, block: message) }
            }
        }

        private mutating func start() {
            buffer.clear()
            byteCount = 0
            buffer.own.extend(headroomBytes)
        }

        /// Ends the message.
        public mutating func finish() {
            byteCount = buffer.count &- headroomBytes
            buffer.finish()
        }

        /// The parts of the message in order, after `finish`; the first begins with the headroom. Valid
        /// until the next start or the end of the writer, and no longer than what is referenced.
        public var slices: [MessageSlice] { buffer.slices }

        /// The headroom of the first slice, to be filled after `finish`.
        public var headroom: UnsafeMutableRawBufferPointer { buffer.head(headroomBytes) }

        /// The whole message in one piece, copied, headroom left out: for tests and small tools.
        public func joined() -> [UInt8] { buffer.joined(dropping: headroomBytes) }
    }
}
