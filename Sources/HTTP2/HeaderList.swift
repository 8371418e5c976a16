/// Header fields to be sent, in order, in one stretch of memory.
///
/// Names must be lower case. Bytes are copied in; the list can be cleared and used again without giving up its memory.
public struct HeaderList: Sendable {
    package private(set) var bytes: ContiguousArray<UInt8> = []
    package private(set) var fields: ContiguousArray<Field> = []

    package struct Field: Sendable {
        package var start: Int
        package var nameLength: Int
        package var valueLength: Int
        /// Never enters the compression table: credentials, and values that do not repeat.
        package var isSensitive: Bool
    }

    public init() {}

    public var isEmpty: Bool { fields.isEmpty }
    public var count: Int { fields.count }

    public mutating func append(_ name: StaticString, _ value: StaticString) {
        append(
            UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
            UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    public mutating func append(_ name: String, _ value: String, isSensitive: Bool = false) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        let middle = bytes.count
        bytes.append(contentsOf: value.utf8)
        fields.append(
            Field(start: start, nameLength: middle - start, valueLength: bytes.count - middle, isSensitive: isSensitive))
    }

    public mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, isSensitive: Bool = false) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
        fields.append(Field(start: start, nameLength: name.count, valueLength: value.count, isSensitive: isSensitive))
    }

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }
}
