/// Goes through the fields of a message, reading or writing each.
protocol FieldVisitor {
    /// A field that is always there.
    mutating func value<V: FieldValue>(_ number: UInt32, _ value: inout V)

    /// A message that may be absent.
    mutating func optional<V: MappedMessage>(_ number: UInt32, _ value: inout V?)

    /// A repeated field.
    mutating func list<V: FieldValue>(_ number: UInt32, _ values: inout [V])

    /// A map: of entries with one key the last counts.
    mutating func map<K: FieldValue & Hashable & Comparable, V: FieldValue>(_ number: UInt32, _ values: inout [K: V])

    /// A member of a oneof: `make` wraps a value that is set, `take` unwraps the choice if it is this member.
    mutating func member<Choice, V: FieldValue>(
        _ number: UInt32, _ choice: inout Choice?, _ make: (V) -> Choice, _ take: (Choice) -> V?)
}
