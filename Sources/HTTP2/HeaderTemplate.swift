internal import CNghttp2

/// Header fields that never change, laid out once the way the session wants them.
///
/// Immutable after `init`, which is what `@unchecked Sendable` rests on.
public final class HeaderTemplate: @unchecked Sendable {
    private let bytes: UnsafeMutablePointer<UInt8>
    private let entries: UnsafeMutablePointer<nghttp2_nv>
    private let count: Int

    public init(_ list: HeaderList) {
        count = list.count
        bytes = .allocate(capacity: max(1, list.bytes.count))
        for (index, byte) in list.bytes.enumerated() { bytes[index] = byte }
        entries = .allocate(capacity: max(1, count))
        for (index, field) in list.fields.enumerated() {
            var flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
            if field.isSensitive { flags |= NGHTTP2_NV_FLAG_NO_INDEX.rawValue }
            (entries + index).initialize(
                to: nghttp2_nv(
                    name: bytes + field.start, value: bytes + field.start + field.nameLength, namelen: field.nameLength,
                    valuelen: field.valueLength, flags: UInt8(truncatingIfNeeded: flags)))
        }
    }

    deinit {
        bytes.deallocate()
        entries.deallocate()
    }

    /// The session keeps pointers into the template until the frame is sent: templates that are used live as long as the
    /// process, or are held by the stream.
    func withEntries<R>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
        body(entries, count)
    }
}

extension HeaderList {
    /// Lends the fields as the session wants them, which copies what it keeps.
    func withEntries<R>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: max(1, fields.count)) { entries in
                let base = UnsafeMutablePointer(mutating: bytes.baseAddress)
                for (index, field) in fields.enumerated() {
                    let flags = field.isSensitive ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : NGHTTP2_NV_FLAG_NONE.rawValue
                    (entries.baseAddress! + index).initialize(
                        to: nghttp2_nv(
                            name: base.map { $0 + field.start }, value: base.map { $0 + field.start + field.nameLength },
                            namelen: field.nameLength, valuelen: field.valueLength, flags: UInt8(truncatingIfNeeded: flags)))
                }
                return body(UnsafePointer(entries.baseAddress!), fields.count)
            }
        }
    }
}

/// Header fields to be sent: fixed ones, or ones made for this message.
public enum HeaderSource: Sendable {
    case fixed(HeaderTemplate)
    case list(HeaderList)

    func withEntries<R>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
        switch self {
        case .fixed(let template): template.withEntries(body)
        case .list(let list): list.withEntries(body)
        }
    }
}
