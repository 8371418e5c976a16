internal import CNghttp2

/// The callbacks of every session, set up once.
///
/// Never changed after `init`, which is what `@unchecked Sendable` rests on.
final class SessionCallbacks: @unchecked Sendable {
    static let shared = SessionCallbacks()

    let handle: OpaquePointer

    private init() {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, headersBegan)
        nghttp2_session_callbacks_set_on_header_callback(callbacks, fieldReceived)
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameReceived)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, dataReceived)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frameSent)
        nghttp2_session_callbacks_set_send_data_callback(callbacks, sendBody)
        nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, readLength)
        handle = callbacks!
    }
}

/// Lends the inbox without counting a reference: the loop holds it while its sessions run.
@inline(__always)
private func withInbox<Result>(_ user: UnsafeMutableRawPointer?, _ body: (SessionInbox) -> Result) -> Result {
    Unmanaged<SessionInbox>.fromOpaque(user!)._withUnsafeGuaranteedRef(body)
}

private func stream(_ session: OpaquePointer?, _ id: Int32) -> Unmanaged<HTTP2Stream>? {
    nghttp2_session_get_stream_user_data(session, id).map { Unmanaged.fromOpaque($0) }
}

@c private func headersBegan(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    withInbox(user) { inbox in
        inbox.headers.beginBlock()
        guard frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else { return }
        let id = frame!.pointee.hd.stream_id
        let stream = inbox.streams.take()
        stream.id = id
        let retained = Unmanaged.passRetained(stream)
        nghttp2_session_set_stream_user_data(session, id, retained.toOpaque())
        inbox.events.append(.opened(retained))
    }
    return 0
}

@c private func fieldReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ name: UnsafePointer<UInt8>?, _ nameLength: Int,
    _ value: UnsafePointer<UInt8>?, _ valueLength: Int, _ flags: UInt8, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    withInbox(user) { inbox in
        let fits = inbox.headers.append(
            name: UnsafeRawBufferPointer(start: name, count: nameLength),
            value: UnsafeRawBufferPointer(start: value, count: valueLength), softLimit: inbox.softHeaderLimit,
            hardLimit: inbox.hardHeaderLimit)
        if fits { return 0 }
        inbox.headerListExceeded = true
        return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
}

@c private func frameReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    withInbox(user) { inbox in
        let header = frame!.pointee.hd
        let flags = UInt32(header.flags)
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue:
            if flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0, let stream = stream(session, header.stream_id) {
                inbox.events.append(.end(stream))
            }
        case NGHTTP2_HEADERS.rawValue:
            let block = inbox.headers.endBlock(softLimit: inbox.softHeaderLimit)
            if let stream = stream(session, header.stream_id) {
                inbox.events.append(.headers(stream, block, endStream: flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0))
            }
        case NGHTTP2_RST_STREAM.rawValue:
            if let stream = stream(session, header.stream_id) {
                inbox.events.append(.reset(stream, ErrorCode(rawValue: frame!.pointee.rst_stream.error_code)))
            }
        case NGHTTP2_SETTINGS.rawValue:
            inbox.events.append(flags & NGHTTP2_FLAG_ACK.rawValue != 0 ? .settingsAcknowledged : .settings)
        case NGHTTP2_PING.rawValue:
            if flags & NGHTTP2_FLAG_ACK.rawValue != 0 {
                let payload = withUnsafeBytes(of: frame!.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
                inbox.events.append(.pingAcknowledged(UInt64(bigEndian: payload)))
            }
        case NGHTTP2_GOAWAY.rawValue:
            inbox.events.append(
                .goAway(
                    lastStreamID: frame!.pointee.goaway.last_stream_id, ErrorCode(rawValue: frame!.pointee.goaway.error_code)))
        default: break
        }
    }
    return 0
}

@c private func dataReceived(
    _ session: OpaquePointer?, _ flags: UInt8, _ id: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let stream = stream(session, id) {
        withInbox(user) { $0.events.append(.data(stream, UnsafeRawBufferPointer(start: bytes, count: count))) }
    }
    return 0
}

@c private func streamClosed(
    _ session: OpaquePointer?, _ id: Int32, _ code: UInt32, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let stream = stream(session, id) {
        withInbox(user) { $0.events.append(.closed(stream, ErrorCode(rawValue: code))) }
    }
    return 0
}

@c private func frameSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let header = frame!.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
        withInbox(user) { $0.payloadFramesSent &+= 1 }
        if UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0, let stream = stream(session, header.stream_id),
            stream._withUnsafeGuaranteedRef({ !$0.remoteEnded })
        {
            withInbox(user) { $0.events.append(.endedFirst(stream)) }
        }
    case NGHTTP2_RST_STREAM.rawValue:
        withInbox(user) { $0.events.append(.resetSent(ErrorCode(rawValue: frame!.pointee.rst_stream.error_code))) }
    default: break
    }
    return 0
}

/// How much of the body comes next. The bytes themselves are taken by `sendBody`, without a copy in between.
@c func readBody(
    _ session: OpaquePointer?, _ id: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _ user: UnsafeMutableRawPointer?
) -> Int {
    Unmanaged<HTTP2Stream>.fromOpaque(source!.pointee.ptr)._withUnsafeGuaranteedRef { stream in
        let waiting = stream.outbound.byteCount
        if waiting == 0, !stream.localEnded {
            stream.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags!.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        guard waiting <= length else { return length }
        if stream.localEnded {
            flags!.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            if let trailers = stream.trailers.take() {
                flags!.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                trailers.withEntries { entries, count in
                    _ = nghttp2_submit_trailer(session, id, entries, count)
                }
            }
        }
        return waiting
    }
}

@c private func sendBody(
    _ session: OpaquePointer?, _ frame: UnsafeMutablePointer<nghttp2_frame>?, _ header: UnsafePointer<UInt8>?, _ length: Int,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    withInbox(user) { inbox in
        inbox.output.append(UnsafeRawBufferPointer(start: header, count: 9))
        Unmanaged<HTTP2Stream>.fromOpaque(source!.pointee.ptr)._withUnsafeGuaranteedRef { stream in
            stream.outbound.move(length, to: inbox.output)
            stream.connection.changeQueued(by: -length)
            stream.progressAt = 0
            if stream.isAboveHighWater, stream.outbound.byteCount <= inbox.lowWaterBytes {
                stream.isAboveHighWater = false
                inbox.events.append(.drained(Unmanaged.passUnretained(stream)))
            }
        }
    }
    return 0
}

@c private func readLength(
    _ session: OpaquePointer?, _ type: UInt8, _ id: Int32, _ connectionWindow: Int32, _ streamWindow: Int32,
    _ maxFrame: UInt32, _ user: UnsafeMutableRawPointer?
) -> Int {
    min(Int(connectionWindow), Int(streamWindow), min(Int(maxFrame), withInbox(user) { $0.maxSentFrameBytes }))
}
