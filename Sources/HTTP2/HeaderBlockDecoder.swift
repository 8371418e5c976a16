internal import CNghttp2

/// Undoes header compression outside a session, block after block of one connection. For tests.
package final class HeaderBlockDecoder {
    private let inflater: OpaquePointer

    package init() {
        var made: OpaquePointer?
        nghttp2_hd_inflate_new(&made)
        inflater = made!
    }

    deinit { nghttp2_hd_inflate_del(inflater) }

    /// Names and values in order; nil for what is no header block.
    package func decode(_ block: [UInt8]) -> [(String, String)]? {
        var fields: [(String, String)] = []
        var bytes = block[...]
        while true {
            var entry = nghttp2_nv()
            var flags: Int32 = 0
            let used = bytes.withUnsafeBufferPointer {
                nghttp2_hd_inflate_hd2(inflater, &entry, &flags, $0.baseAddress, $0.count, 1)
            }
            guard used >= 0 else { return nil }
            bytes = bytes.dropFirst(used)
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                fields.append(
                    (
                        String(decoding: UnsafeBufferPointer(start: entry.name, count: entry.namelen), as: UTF8.self),
                        String(decoding: UnsafeBufferPointer(start: entry.value, count: entry.valuelen), as: UTF8.self)
                    ))
            } else if used == 0 || flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                break
            }
        }
        nghttp2_hd_inflate_end_headers(inflater)
        return fields
    }
}
