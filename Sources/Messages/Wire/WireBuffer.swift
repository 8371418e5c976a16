/// Bytes under construction: grows as needed, keeps its memory when cleared.
///
/// Not thread-safe. Appending is amortised O(1) per byte; a buffer that has reached its size asks
/// the system for nothing more.
public struct WireBuffer: ~Copyable, @unchecked Sendable {
    // Sendable because the memory has no owner but this value, which cannot be copied.
    private var memory: UnsafeMutableRawPointer?
    public private(set) var capacity = 0
    public private(set) var count = 0

    public init() {}

    public init(capacity: Int) {
        reserve(capacity)
    }

    deinit {
        memory?.deallocate()
    }

    /// The bytes written so far: valid until the buffer is changed or freed.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: count)
    }

    /// The same bytes, to be patched in place.
    public var mutableBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory, count: count)
    }

    /// Forgets the bytes, keeps the memory.
    public mutating func clear() {
        count = 0
    }

    /// Makes room for `additional` bytes behind those written.
    public mutating func reserve(_ additional: Int) {
        guard additional > capacity &- count else { return }
        let grown = Swift.max(64, count + additional, capacity * 2)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
        if let memory {
            fresh.copyMemory(from: memory, byteCount: count)
            memory.deallocate()
        }
        memory = fresh
        capacity = grown
    }

    /// Takes `additional` bytes into the buffer, for the caller to fill.
    @discardableResult
    public mutating func extend(_ additional: Int) -> UnsafeMutableRawBufferPointer {
        reserve(additional)
        let start = count
        count += additional
        guard let memory else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: memory + start, count: additional)
    }

    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        extend(1)[0] = byte
    }

    public mutating func append(_ source: UnsafeRawBufferPointer) {
        guard source.count > 0 else { return }
        extend(source.count).copyMemory(from: source)
    }

    /// The number in groups of seven bits.
    package mutating func append(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        append(UInt8(truncatingIfNeeded: value))
    }

    package mutating func append(tag field: UInt32, _ type: WireType) {
        append(varint: UInt64(field) << 3 | UInt64(type.rawValue))
    }

    /// A string, bytes or message field with its tag.
    package mutating func append(field: UInt32, block: UnsafeRawBufferPointer) {
        append(tag: field, .block)
        append(varint: UInt64(block.count))
        append(block)
    }

    package mutating func append(fixed64 value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { append($0) }
    }

    /// A copy of the bytes.
    public func array() -> [UInt8] {
        [UInt8](bytes)
    }
}

/// Sizes of what `WireBuffer` writes, for lengths that go in front.
package enum WireSize {
    /// Bytes of the number in groups of seven bits.
    @inline(__always)
    package static func varint(_ value: UInt64) -> Int {
        (64 &- (value | 1).leadingZeroBitCount &+ 6) / 7
    }

    /// Bytes of a block of `count` bytes and its length; the tag is not counted.
    @inline(__always)
    package static func block(_ count: Int) -> Int {
        varint(UInt64(count)) &+ count
    }
}
