/// Writes requests and answers of TensorFlow Serving's Predict; large tensors by reference.
///
/// Use: `begin`, then tensors, then `finish`, then send the `slices`. A reused writer asks the system for
/// nothing. Tensors must live until the slices are sent. Not thread-safe.
public struct PredictWriter: ~Copyable, @unchecked Sendable {
    // Sendable because the memory has no owner but this value, and tensors are only read.

    /// How elements are written. Real servers answer with values, and clients read the lists directly.
    public enum Form: Sendable {
        /// In the list of the datatype. Floats, doubles and booleans are still given by reference.
        case values
        /// As bytes in tensor_content, always by reference.
        case content
    }

    public let kind: PredictMessage.Kind
    /// Bytes left free in front of the message, in the first slice, for the caller to fill.
    public let headroomBytes: Int
    private var buffer: SliceBuffer

    /// Bytes of the message after `finish`, headroom not counted.
    public private(set) var byteCount = 0

    /// References of up to `inlineBytes` are copied instead of making slices of their own.
    public init(_ kind: PredictMessage.Kind, headroomBytes: Int = 0, inlineBytes: Int = 1024) {
        self.kind = kind
        self.headroomBytes = headroomBytes
        buffer = SliceBuffer(inlineBytes: inlineBytes)
    }

    /// Starts a message, forgetting the last one.
    public mutating func begin(model: some TextSource, version: Int64? = nil, signature: some TextSource = StaticString("")) {
        buffer.clear()
        byteCount = 0
        buffer.own.extend(headroomBytes)
        model.withTextBytes { model in
            signature.withTextBytes { signature in
                let versionBytes = version.map { $0 == 0 ? 0 : 1 &+ WireSize.varint(UInt64(bitPattern: $0)) }
                var count = model.isEmpty ? 0 : 1 &+ WireSize.block(model.count)
                if let versionBytes { count &+= 1 &+ WireSize.block(versionBytes) }
                if !signature.isEmpty { count &+= 1 &+ WireSize.block(signature.count) }
                buffer.own.append(tag: kind == .request ? 1 : 2, .block)
                buffer.own.append(varint: UInt64(count))
                if !model.isEmpty { buffer.own.append(field: 1, block: model) }
                if let version, let versionBytes {
                    buffer.own.append(tag: 2, .block)
                    buffer.own.append(varint: UInt64(versionBytes))
                    if version != 0 {
                        buffer.own.append(tag: 1, .varint)
                        buffer.own.append(varint: UInt64(bitPattern: version))
                    }
                }
                if !signature.isEmpty { buffer.own.append(field: 3, block: signature) }
            }
        }
    }

    /// Adds an output that a request asks for.
    public mutating func outputFilter(_ name: some TextSource) {
        precondition(kind == .request, "an answer asks for nothing")
        name.withTextBytes { buffer.own.append(field: 3, block: $0) }
    }

    /// Adds a tensor. `bytes` are its elements, little-endian, row-major; of strings each stands behind its
    /// length in 4 bytes. Throws `.inconsistent` when strings end early, `.outOfRange` for a datatype that
    /// cannot be written.
    public mutating func tensor(
        _ name: some TextSource, datatype: TFServing.DataType, shape: UnsafeBufferPointer<Int64>, bytes: UnsafeRawBufferPointer,
        form: Form = .values
    ) throws(MessageError) {
        let values = try TFValues(datatype, bytes, form)
        name.withTextBytes { name in
            var shapeBytes = 0
            for size in shape { shapeBytes &+= 1 &+ WireSize.block(Self.axisBytes(size)) }
            let tensorBytes =
                1 &+ WireSize.varint(UInt64(bitPattern: Int64(datatype.rawValue))) &+ 1 &+ WireSize.block(shapeBytes) &+ values.fieldBytes
            let entryBytes = (name.isEmpty ? 0 : 1 &+ WireSize.block(name.count)) &+ 1 &+ WireSize.block(tensorBytes)
            buffer.own.append(tag: kind == .request ? 2 : 1, .block)
            buffer.own.append(varint: UInt64(entryBytes))
            if !name.isEmpty { buffer.own.append(field: 1, block: name) }
            buffer.own.append(tag: 2, .block)
            buffer.own.append(varint: UInt64(tensorBytes))
            buffer.own.append(tag: 1, .varint)
            buffer.own.append(varint: UInt64(bitPattern: Int64(datatype.rawValue)))
            buffer.own.append(tag: 2, .block)
            buffer.own.append(varint: UInt64(shapeBytes))
            for size in shape {
                buffer.own.append(tag: 2, .block)
                buffer.own.append(varint: UInt64(Self.axisBytes(size)))
                if size != 0 {
                    buffer.own.append(tag: 1, .varint)
                    buffer.own.append(varint: UInt64(bitPattern: size))
                }
            }
            values.append(to: &buffer)
        }
    }

    private static func axisBytes(_ size: Int64) -> Int {
        size == 0 ? 0 : 1 &+ WireSize.varint(UInt64(bitPattern: size))
    }

    /// Ends the message.
    public mutating func finish() {
        byteCount = buffer.count &- headroomBytes
        buffer.finish()
    }

    /// The parts of the message in order, after `finish`; the first begins with the headroom. Valid until
    /// the next `begin` or the end of the writer, and no longer than the tensors.
    public var slices: [MessageSlice] { buffer.slices }

    /// The headroom of the first slice, to be filled after `finish`.
    public var headroom: UnsafeMutableRawBufferPointer { buffer.head(headroomBytes) }

    /// The whole message in one piece, copied, headroom left out: for tests and small tools.
    public func joined() -> [UInt8] { buffer.joined(dropping: headroomBytes) }
}
