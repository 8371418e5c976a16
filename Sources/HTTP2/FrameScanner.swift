/// Reads the nine-byte frame headers in a stream of received bytes, ahead of the session, and skips what they frame.
///
/// nghttp2 does not report frames that it ignores, so floods of them are counted here.
struct FrameScanner {
    /// One frame header, read before its payload reaches the session.
    struct Header: Equatable {
        var length: Int
        var type: UInt8
        var flags: UInt8
        var streamID: UInt32

        var endsStream: Bool { flags & 0x1 != 0 }
        var isAcknowledgement: Bool { flags & 0x1 != 0 }
        var endsHeaders: Bool { flags & 0x4 != 0 }
    }

    enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let resetStream: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    /// Bytes of preface or payload that still pass unread.
    private var skip: Int
    /// The bytes of a frame header that was cut by the end of a read, and how many there are.
    private var head: UInt64 = 0
    private var headBytes = 0
    private var lastType = FrameType.settings
    private var inHeaderBlock = false

    /// `prefaceBytes` come before the first frame: 24 from a client, none from a server.
    init(prefaceBytes: Int) {
        skip = prefaceBytes
    }

    /// Something other than DATA has begun and not ended: a timer runs while this holds after a read.
    var isInsideControlFrame: Bool {
        inHeaderBlock || headBytes > 0 || (skip > 0 && lastType != FrameType.data)
    }

    /// The next frame header in `bytes` from `offset` on, which moves behind it; nil when the bytes are used up.
    mutating func next(in bytes: UnsafeRawBufferPointer, offset: inout Int) -> Header? {
        if skip > 0 {
            let passed = min(skip, bytes.count &- offset)
            skip &-= passed
            offset &+= passed
            if skip > 0 { return nil }
        }
        var length: UInt64 = 0
        var type: UInt8 = 0
        var flags: UInt8 = 0
        var streamID: UInt32 = 0
        if headBytes == 0, bytes.count &- offset >= 9 {
            let start = bytes.baseAddress! + offset
            let word = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
            length = word >> 40
            type = UInt8(truncatingIfNeeded: word >> 32)
            flags = UInt8(truncatingIfNeeded: word >> 24)
            streamID = UInt32(truncatingIfNeeded: word << 8) | UInt32(bytes[offset &+ 8])
            offset &+= 9
        } else {
            while headBytes < 9, offset < bytes.count {
                let byte = bytes[offset]
                offset &+= 1
                if headBytes < 8 {
                    head = head << 8 | UInt64(byte)
                } else {
                    length = head >> 40
                    type = UInt8(truncatingIfNeeded: head >> 32)
                    flags = UInt8(truncatingIfNeeded: head >> 24)
                    streamID = UInt32(truncatingIfNeeded: head << 8) | UInt32(byte)
                }
                headBytes &+= 1
            }
            guard headBytes == 9 else { return nil }
            headBytes = 0
            head = 0
        }
        skip = Int(length)
        lastType = type
        let header = Header(length: skip, type: type, flags: flags, streamID: streamID & 0x7fff_ffff)
        if type == FrameType.headers || type == FrameType.continuation { inHeaderBlock = !header.endsHeaders }
        return header
    }
}
