internal import Glibc

/// One header block as it was received, pseudo-header fields first.
///
/// A view of memory that is only valid during the call it is handed to; copy what must outlive it.
public struct HeaderFields {
    /// Where one field lies in the block's bytes: its name, then its value.
    package struct Range {
        package var start: UInt32
        package var nameLength: UInt32
        package var valueLength: UInt32
    }

    private let base: UnsafeRawPointer
    private let ranges: UnsafeBufferPointer<Range>
    /// The block was longer than `Limits.maxHeaderListBytes`: the fields beyond were read and dropped.
    public let isTooLarge: Bool

    package init(base: UnsafeRawPointer, ranges: UnsafeBufferPointer<Range>, isTooLarge: Bool) {
        self.base = base
        self.ranges = ranges
        self.isTooLarge = isTooLarge
    }

    public var count: Int { ranges.count }

    public func name(_ index: Int) -> UnsafeRawBufferPointer {
        let range = ranges[index]
        return UnsafeRawBufferPointer(start: base + Int(range.start), count: Int(range.nameLength))
    }

    public func value(_ index: Int) -> UnsafeRawBufferPointer {
        let range = ranges[index]
        return UnsafeRawBufferPointer(start: base + Int(range.start) + Int(range.nameLength), count: Int(range.valueLength))
    }

    /// The first value of `name`, which must be lower case.
    public func first(_ name: StaticString) -> UnsafeRawBufferPointer? {
        for index in 0..<count where self.name(index).equals(name) { return value(index) }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the UTF-8 bytes of `text`.
    @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return count == 0 || memcmp(baseAddress!, text.utf8Start, count) == 0
    }

    /// Whether the first bytes are those of `text`.
    public func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return UnsafeRawBufferPointer(rebasing: self[..<text.utf8CodeUnitCount]).equals(text)
    }
}
