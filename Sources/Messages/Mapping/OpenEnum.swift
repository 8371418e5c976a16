/// An enumeration of a message: values that this version does not know are kept, not refused.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable, CustomStringConvertible where RawValue == Int32 {
    init(rawValue: Int32)

    /// The known values and their names on the wire.
    static var names: [(value: Int32, name: String)] { get }
}

extension OpenEnum {
    /// The value of a name on the wire, or nil.
    public init?(name: String) {
        guard let known = Self.names.first(where: { $0.name == name }) else { return nil }
        self.init(rawValue: known.value)
    }

    /// The name on the wire, or the number where there is none.
    public var description: String {
        Self.names.first { $0.value == rawValue }?.name ?? String(rawValue)
    }
}

/// The same, kept in fields.
protocol MappedEnum: OpenEnum, FieldValue {}

extension MappedEnum {
    static var elementBytes: Int { MemoryLayout<Int32>.size }

    init(element: UnsafeRawPointer) { self.init(rawValue: element.load(as: Int32.self)) }

    func store(element: UnsafeMutableRawPointer, in arena: UnsafeMutablePointer<ArenaState>) throws(MessageError) {
        element.storeBytes(of: rawValue, as: Int32.self)
    }
}
