internal import CMessages
internal import CProtobufC

/// A type that protobuf-c keeps in a field, as one element.
protocol FieldValue {
    /// Bytes of one element in protobuf-c's struct.
    static var elementBytes: Int { get }

    /// The element at the address.
    init(element: UnsafeRawPointer)

    /// Writes the element at the address; what it points to goes into the arena.
    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError)
}

/// A number that is kept as it is.
protocol PlainFieldValue: FieldValue {}

extension PlainFieldValue {
    static var elementBytes: Int { MemoryLayout<Self>.size }

    init(element: UnsafeRawPointer) { self = element.loadUnaligned(as: Self.self) }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        element.storeBytes(of: self, as: Self.self)
    }
}

extension Int32: PlainFieldValue {}
extension UInt32: PlainFieldValue {}
extension Int64: PlainFieldValue {}
extension UInt64: PlainFieldValue {}
extension Float: PlainFieldValue {}
extension Double: PlainFieldValue {}

extension Bool: FieldValue {
    static var elementBytes: Int { MemoryLayout<protobuf_c_boolean>.size }

    init(element: UnsafeRawPointer) { self = element.load(as: protobuf_c_boolean.self) != 0 }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        element.storeBytes(of: self ? 1 : 0, as: protobuf_c_boolean.self)
    }
}

extension String: FieldValue {
    static var elementBytes: Int { MemoryLayout<UnsafeMutablePointer<CChar>?>.size }

    init(element: UnsafeRawPointer) {
        // Checked as UTF-8 before it was decoded.
        self = element.load(as: UnsafePointer<CChar>?.self).map { String(cString: $0) } ?? ""
    }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        var text = self
        var copy: UnsafeMutableRawPointer?
        var fault: MessageError?
        text.withUTF8 { utf8 in
            if utf8.contains(0) {
                fault = MessageError(.invalidText, "a text holds a zero byte")
            } else if let memory = arena.pointee.allocate(utf8.count + 1) {
                if let start = utf8.baseAddress { memory.copyMemory(from: start, byteCount: utf8.count) }
                memory.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
                copy = memory
            } else {
                fault = .arenaExhausted(arena.pointee.ceilingBytes)
            }
        }
        if let fault { throw fault }
        element.storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
    }
}

extension [UInt8]: FieldValue {
    static var elementBytes: Int { MemoryLayout<ProtobufCBinaryData>.size }

    init(element: UnsafeRawPointer) {
        let data = element.load(as: ProtobufCBinaryData.self)
        self = data.data.map { [UInt8](UnsafeBufferPointer(start: $0, count: data.len)) } ?? []
    }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        guard let memory = arena.pointee.allocate(count) else { throw .arenaExhausted(arena.pointee.ceilingBytes) }
        withUnsafeBytes { source in
            if let start = source.baseAddress { memory.copyMemory(from: start, byteCount: source.count) }
        }
        element.storeBytes(
            of: ProtobufCBinaryData(len: count, data: memory.assumingMemoryBound(to: UInt8.self)), as: ProtobufCBinaryData.self)
    }
}

extension MappedMessage {
    static var elementBytes: Int { MemoryLayout<UnsafeRawPointer?>.size }

    init(element: UnsafeRawPointer) {
        // A map entry without a value has none here: the value is then the empty message.
        if let message = element.load(as: UnsafePointer<ProtobufCMessage>?.self) { self.init(message) } else { self.init() }
    }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        var storer = try FieldStorer(Self.descriptor, arena)
        var copy = self
        copy.visit(&storer)
        if let failure = storer.failure { throw failure }
        element.storeBytes(of: UnsafeMutableRawPointer(storer.message), as: UnsafeMutableRawPointer?.self)
    }
}
