internal import CMessages
internal import CProtobufC

/// Writes fields into a protobuf-c struct in an arena. After a failure it writes nothing more.
struct FieldStorer: FieldVisitor {
    let message: UnsafeMutablePointer<ProtobufCMessage>
    private(set) var failure: MessageError?

    private let base: UnsafeMutableRawPointer
    private let descriptor: MessageDescriptor
    private let arena: UnsafeMutablePointer<ArenaState>

    init(_ descriptor: MessageDescriptor, _ arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        guard let base = arena.pointee.allocate(descriptor.pointer.pointee.sizeof_message) else {
            throw .arenaExhausted(arena.pointee.ceilingBytes)
        }
        self.base = base
        self.descriptor = descriptor
        self.arena = arena
        message = base.bindMemory(to: ProtobufCMessage.self, capacity: 1)
        descriptor.pointer.pointee.message_init(message)
    }

    private mutating func attempt(_ step: () throws(MessageError) -> Void) {
        guard failure == nil else { return }
        do { try step() } catch { failure = error }
    }

    mutating func value<V: FieldValue>(_ number: UInt32, _ value: inout V) {
        let (base, arena, value) = (base, arena, value)
        let offset = Int(descriptor.field(number).pointee.offset)
        attempt { () throws(MessageError) in try value.store(element: base + offset, in: arena) }
    }

    mutating func optional<V: MappedMessage>(_ number: UInt32, _ value: inout V?) {
        guard var present = value else { return }
        self.value(number, &present)
    }

    mutating func list<V: FieldValue>(_ number: UInt32, _ values: inout [V]) {
        guard !values.isEmpty else { return }
        let (base, arena, values) = (base, arena, values)
        let field = descriptor.field(number).pointee
        attempt { () throws(MessageError) in
            guard let start = arena.pointee.allocate(values.count * V.elementBytes) else {
                throw .arenaExhausted(arena.pointee.ceilingBytes)
            }
            for (index, value) in values.enumerated() {
                try value.store(element: start + index * V.elementBytes, in: arena)
            }
            (base + Int(field.quantifier_offset)).storeBytes(of: values.count, as: Int.self)
            (base + Int(field.offset)).storeBytes(of: start, as: UnsafeMutableRawPointer.self)
        }
    }

    mutating func map<K: FieldValue & Hashable & Comparable, V: FieldValue>(_ number: UInt32, _ values: inout [K: V]) {
        guard !values.isEmpty else { return }
        let (base, arena, values) = (base, arena, values)
        let field = descriptor.field(number).pointee
        attempt { () throws(MessageError) in
            let pointerBytes = MemoryLayout<UnsafeMutableRawPointer>.size
            guard let start = arena.pointee.allocate(values.count * pointerBytes) else {
                throw .arenaExhausted(arena.pointee.ceilingBytes)
            }
            // In the order of the keys, so that equal messages have equal bytes.
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                var entry = try FieldStorer(field.messageDescriptor, arena)
                var (key, value) = (key, value)
                entry.value(1, &key)
                entry.value(2, &value)
                if let failure = entry.failure { throw failure }
                (start + index * pointerBytes).storeBytes(of: UnsafeMutableRawPointer(entry.message), as: UnsafeMutableRawPointer.self)
            }
            (base + Int(field.quantifier_offset)).storeBytes(of: values.count, as: Int.self)
            (base + Int(field.offset)).storeBytes(of: start, as: UnsafeMutableRawPointer.self)
        }
    }

    mutating func member<Choice, V: FieldValue>(
        _ number: UInt32, _ choice: inout Choice?, _ make: (V) -> Choice, _ take: (Choice) -> V?
    ) {
        guard let present = choice, var value = take(present) else { return }
        let field = descriptor.field(number).pointee
        (base + Int(field.quantifier_offset)).storeBytes(of: number, as: UInt32.self)
        self.value(number, &value)
    }
}
