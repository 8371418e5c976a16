/// Writes inference requests and answers: a small header of its own, and the tensors by reference.
///
/// Use: `begin`, then parameters, tensors and raw contents in any order, then `finish`, then send the
/// `slices`. Clearing keeps the memory, so a reused writer asks the system for nothing. Tensors given by
/// reference must live until the slices are sent. Not thread-safe.
public struct ModelInferWriter: ~Copyable, @unchecked Sendable {
    // Sendable because the memory has no owner but this value, and tensors are only read.

    /// Which of the two messages is written: they number their raw tensors differently.
    public enum Kind: Sendable {
        case request
        case response
    }

    public let kind: Kind
    /// Bytes left free in front of the message, in the first slice, for the caller to fill.
    public let headroomBytes: Int
    private var buffer: SliceBuffer
    private var raw: [UnsafeRawBufferPointer] = []

    /// Bytes of the message after `finish`, headroom not counted.
    public private(set) var byteCount = 0

    /// Room in front of the header for the tag and length of a message around it.
    private static let wrapperBytes = 11

    /// Raw tensors of up to `inlineBytes` are copied behind the header instead of making slices of their own.
    public init(_ kind: Kind, headroomBytes: Int = 0, inlineBytes: Int = 1024) {
        self.kind = kind
        self.headroomBytes = headroomBytes
        buffer = SliceBuffer(inlineBytes: inlineBytes)
    }

    /// Starts a message, forgetting the last one. Empty texts are left out.
    public mutating func begin(
        model: some TextSource, version: some TextSource = StaticString(""), id: some TextSource = StaticString("")
    ) {
        buffer.clear()
        raw.removeAll(keepingCapacity: true)
        byteCount = 0
        buffer.own.extend(headroomBytes + Self.wrapperBytes)
        append(1, model)
        append(2, version)
        append(3, id)
    }

    /// Adds a parameter of the whole message.
    public mutating func parameter(_ name: some TextSource, _ value: InferParameter) {
        buffer.own.appendEntry(4, name, value)
    }

    /// Adds a text parameter of the whole message.
    public mutating func parameter(_ name: some TextSource, text: some TextSource) {
        text.withTextBytes { buffer.own.appendEntry(4, name, .text(MessageText(unchecked: $0))) }
    }

    /// Adds an input of a request or an output of an answer, without its elements.
    public mutating func tensor(
        _ name: some TextSource, datatype: StaticString, shape: UnsafeBufferPointer<Int64>,
        parameters: [(name: String, value: InferParameter)] = []
    ) {
        name.withTextBytes { name in
            let type = MessageText(datatype)
            var shapeBytes = 0
            for size in shape { shapeBytes &+= WireSize.varint(UInt64(bitPattern: size)) }
            var count = 0
            if !name.isEmpty { count &+= 1 &+ WireSize.block(name.count) }
            if !type.isEmpty { count &+= 1 &+ WireSize.block(type.count) }
            if !shape.isEmpty { count &+= 1 &+ WireSize.block(shapeBytes) }
            for parameter in parameters { count &+= WireBuffer.entryBytes(4, parameter.name, parameter.value) }
            buffer.own.append(tag: 5, .block)
            buffer.own.append(varint: UInt64(count))
            if !name.isEmpty { buffer.own.append(field: 1, block: name) }
            if !type.isEmpty { buffer.own.append(field: 2, block: type.bytes) }
            if !shape.isEmpty {
                buffer.own.append(tag: 3, .block)
                buffer.own.append(varint: UInt64(shapeBytes))
                for size in shape { buffer.own.append(varint: UInt64(bitPattern: size)) }
            }
            for parameter in parameters { buffer.own.appendEntry(4, parameter.name, parameter.value) }
        }
    }

    /// The same with the shape as an array.
    public mutating func tensor(
        _ name: some TextSource, datatype: StaticString, shape: [Int64], parameters: [(name: String, value: InferParameter)] = []
    ) {
        shape.withUnsafeBufferPointer { tensor(name, datatype: datatype, shape: $0, parameters: parameters) }
    }

    /// Adds an output that a request asks for.
    public mutating func requestedOutput(_ name: some TextSource, parameters: [(name: String, value: InferParameter)] = []) {
        precondition(kind == .request, "an answer asks for nothing")
        name.withTextBytes { name in
            var count = name.isEmpty ? 0 : 1 &+ WireSize.block(name.count)
            for parameter in parameters { count &+= WireBuffer.entryBytes(2, parameter.name, parameter.value) }
            buffer.own.append(tag: 6, .block)
            buffer.own.append(varint: UInt64(count))
            if !name.isEmpty { buffer.own.append(field: 1, block: name) }
            for parameter in parameters { buffer.own.appendEntry(2, parameter.name, parameter.value) }
        }
    }

    /// Adds the bytes of the next tensor, by reference.
    public mutating func rawContents(_ bytes: UnsafeRawBufferPointer) {
        raw.append(bytes)
    }

    private mutating func append(_ field: UInt32, _ text: some TextSource) {
        text.withTextBytes { if !$0.isEmpty { buffer.own.append(field: field, block: $0) } }
    }

    /// Ends the message; with `inStream` it is wrapped as the answer of a stream, with an error if one
    /// is given.
    public mutating func finish(inStream: Bool = false, error: String? = nil) {
        let rawField: UInt32 = kind == .request ? 7 : 6
        let start = headroomBytes + Self.wrapperBytes
        for tensor in raw {
            buffer.own.append(tag: rawField, .block)
            buffer.own.append(varint: UInt64(tensor.count))
            buffer.append(reference: tensor)
        }
        let body = buffer.count &- start
        var wrapper = 0
        if inStream {
            error?.withTextBytes { if !$0.isEmpty { buffer.own.append(field: 1, block: $0) } }
            wrapper = 1 &+ WireSize.varint(UInt64(body))
            writeWrapper(at: start - wrapper, body: body)
        }
        byteCount = buffer.count &- start &+ wrapper
        buffer.finish(from: start - wrapper - headroomBytes)
    }

    private mutating func writeWrapper(at offset: Int, body: Int) {
        let bytes = buffer.own.mutableBytes
        bytes[offset] = 2 << 3 | WireType.block.rawValue
        var position = offset + 1
        var value = UInt64(body)
        while value >= 0x80 {
            bytes[position] = UInt8(truncatingIfNeeded: value) | 0x80
            value >>= 7
            position += 1
        }
        bytes[position] = UInt8(value)
    }

    /// The parts of the message in order, after `finish`; the first begins with the headroom. Valid until
    /// the next `begin` or the end of the writer, and no longer than the tensors.
    public var slices: [MessageSlice] { buffer.slices }

    /// The headroom of the first slice, to be filled after `finish`.
    public var headroom: UnsafeMutableRawBufferPointer { buffer.head(headroomBytes) }

    /// The whole message in one piece, copied, headroom left out: for tests and small tools.
    public func joined() -> [UInt8] { buffer.joined(dropping: headroomBytes) }
}
