internal import CMessages
internal import CProtobufC

/// Reads fields out of protobuf-c's struct.
struct FieldLoader: FieldVisitor {
    private let base: UnsafeRawPointer
    private let descriptor: MessageDescriptor

    init(_ base: UnsafeRawPointer, _ descriptor: MessageDescriptor) {
        self.base = base
        self.descriptor = descriptor
    }

    mutating func value<V: FieldValue>(_ number: UInt32, _ value: inout V) {
        value = V(element: base + Int(descriptor.field(number).pointee.offset))
    }

    mutating func optional<V: MappedMessage>(_ number: UInt32, _ value: inout V?) {
        let element = base + Int(descriptor.field(number).pointee.offset)
        value = element.load(as: UnsafeRawPointer?.self) == nil ? nil : V(element: element)
    }

    mutating func list<V: FieldValue>(_ number: UInt32, _ values: inout [V]) {
        let field = descriptor.field(number).pointee
        let count = (base + Int(field.quantifier_offset)).load(as: Int.self)
        guard count > 0, let start = (base + Int(field.offset)).load(as: UnsafeRawPointer?.self) else { return }
        values = (0..<count).map { V(element: start + $0 * V.elementBytes) }
    }

    mutating func map<K: FieldValue & Hashable & Comparable, V: FieldValue>(_ number: UInt32, _ values: inout [K: V]) {
        let field = descriptor.field(number).pointee
        let count = (base + Int(field.quantifier_offset)).load(as: Int.self)
        guard count > 0, let start = (base + Int(field.offset)).load(as: UnsafePointer<UnsafeRawPointer?>?.self) else { return }
        let entry = field.messageDescriptor
        let keyOffset = Int(entry.field(1).pointee.offset)
        let valueOffset = Int(entry.field(2).pointee.offset)
        for index in 0..<count {
            guard let base = start[index] else { continue }
            values[K(element: base + keyOffset)] = V(element: base + valueOffset)
        }
    }

    mutating func member<Choice, V: FieldValue>(
        _ number: UInt32, _ choice: inout Choice?, _ make: (V) -> Choice, _ take: (Choice) -> V?
    ) {
        let field = descriptor.field(number).pointee
        guard (base + Int(field.quantifier_offset)).load(as: UInt32.self) == number else { return }
        choice = make(V(element: base + Int(field.offset)))
    }
}
