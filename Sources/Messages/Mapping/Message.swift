internal import CMessages
internal import CProtobufC

/// A message as a plain Swift value: for everything but the messages that carry tensors.
///
/// Decoding and encoding allocate; neither keeps anything of its arguments. Any thread may call.
public protocol Message: Hashable, Sendable {
    /// All fields absent.
    init()

    /// The name with its package, such as `inference.ServerLiveRequest`.
    static var fullName: String { get }

    /// Reads a message from its bytes on the wire. Unknown fields are ignored. Throws `MessageError`
    /// when the bytes are no such message or pass a limit.
    init(decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits) throws(MessageError)

    /// Appends the bytes on the wire. Throws `MessageError` when a text holds a zero byte.
    func encode(into buffer: inout WireBuffer) throws(MessageError)

    /// Reads the text format, as config files use it. Throws `MessageError` with line, column and the
    /// nearest known name.
    init(text: UnsafeRawBufferPointer, limits: DecodingLimits) throws(MessageError)

    /// The same, and where each field of the text begins.
    static func read(text: UnsafeRawBufferPointer, limits: DecodingLimits) throws(MessageError) -> (message: Self, places: TextPlaces)

    /// The text format, one field per line. Throws `MessageError` when a text holds a zero byte.
    func text() throws(MessageError) -> String
}

extension Message {
    /// The same with the usual limits.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
        try self.init(decoding: bytes, limits: DecodingLimits())
    }

    /// Reads a message from its bytes on the wire.
    public init(decoding bytes: [UInt8], limits: DecodingLimits = DecodingLimits()) throws(MessageError) {
        var outcome: Result<Self, MessageError>?
        bytes.withUnsafeBytes { view in
            outcome = Result { () throws(MessageError) in try Self(decoding: view, limits: limits) }
        }
        guard let outcome else { fatalError("withUnsafeBytes did not call its body") }
        self = try outcome.get()
    }

    /// Reads the text format.
    public init(text: String, limits: DecodingLimits = DecodingLimits()) throws(MessageError) {
        var text = text
        var outcome: Result<Self, MessageError>?
        text.withUTF8 { view in
            outcome = Result { () throws(MessageError) in try Self(text: UnsafeRawBufferPointer(view), limits: limits) }
        }
        guard let outcome else { fatalError("withUTF8 did not call its body") }
        self = try outcome.get()
    }

    /// The bytes on the wire.
    public func encoded() throws(MessageError) -> [UInt8] {
        var buffer = WireBuffer()
        try encode(into: &buffer)
        return buffer.array()
    }
}

/// A message that is mapped from and to protobuf-c's struct, field by field.
///
/// One `visit` serves both ways: it names each field's number and the property that holds it, and a
/// visitor finds the place in the struct through protobuf-c's descriptor.
protocol MappedMessage: Message, FieldValue {
    static var descriptor: MessageDescriptor { get }

    mutating func visit(_ fields: inout some FieldVisitor)
}

extension MappedMessage {
    public static var fullName: String { String(cString: descriptor.pointer.pointee.name) }

    public init(decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits) throws(MessageError) {
        let arena = MessageArena(limits: limits)
        arena.admit(messageBytes: bytes.count)
        self.init(try Unpack.message(bytes, as: Self.descriptor.pointer, in: arena))
    }

    public func encode(into buffer: inout WireBuffer) throws(MessageError) {
        let arena = MessageArena(limits: .unbounded)
        let message = try packed(in: arena)
        let target = buffer.extend(protobuf_c_message_get_packed_size(message))
        if let start = target.baseAddress { protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self)) }
    }

    /// Reads protobuf-c's struct of this message.
    init(_ message: UnsafePointer<ProtobufCMessage>) {
        self.init()
        var loader = FieldLoader(UnsafeRawPointer(message), Self.descriptor)
        visit(&loader)
    }

    /// Makes protobuf-c's struct of this message in the arena.
    func packed(in arena: borrowing MessageArena) throws(MessageError) -> UnsafeMutablePointer<ProtobufCMessage> {
        var storer = try FieldStorer(Self.descriptor, arena.state)
        var copy = self
        copy.visit(&storer)
        if let failure = storer.failure { throw failure }
        return storer.message
    }
}

extension DecodingLimits {
    /// For messages that we make ourselves.
    static var unbounded: DecodingLimits {
        var limits = DecodingLimits()
        limits.arenaBaseBytes = .max / 2
        return limits
    }
}
