internal import CNghttp2

/// The owner of one nghttp2 session: framing, header compression, flow control and the stream states of RFC 9113.
///
/// What the session finds goes to the inbox given at `init`, which must outlive it. Confined to one event loop.
struct Session: ~Copyable {
    private let handle: OpaquePointer
    /// What the session is made of, kept until it is gone.
    private let memory: SessionMemory

    enum Role { case server, client }

    init(role: Role, limits: Limits, inbox: SessionInbox) throws(HTTP2Error) {
        var option: OpaquePointer?
        nghttp2_option_new(&option)
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_stream_reset_rate_limit(
            option, UInt64(clamping: limits.resetsReceived.burst), UInt64(clamping: limits.resetsReceived.perSecond))
        // nghttp2 counts a CONTINUATION again for every read that cuts its header; `AbuseGuard` counts frames.
        nghttp2_option_set_max_continuations(option, (max(0, min(limits.maxContinuations, 1 << 20)) + 1) * 9)
        nghttp2_option_set_max_settings(option, limits.maxSettingsEntries)
        nghttp2_option_set_max_send_header_block_length(option, 1 << 20)
        if role == .client { nghttp2_option_set_peer_max_concurrent_streams(option, 100) }

        var session: OpaquePointer?
        let user = Unmanaged.passUnretained(inbox).toOpaque()
        // Copied by the session.
        var functions = inbox.memory.functions
        let result =
            switch role {
            case .server: nghttp2_session_server_new3(&session, SessionCallbacks.shared.handle, user, option, &functions)
            case .client: nghttp2_session_client_new3(&session, SessionCallbacks.shared.handle, user, option, &functions)
            }
        guard result == 0, let session else { throw HTTP2Error(.internalError, Session.text(of: result)) }
        handle = session
        memory = inbox.memory
    }

    deinit { nghttp2_session_del(handle) }

    /// Our SETTINGS, and the connection's window.
    func start(role: Role, limits: Limits) {
        withUnsafeTemporaryAllocation(of: nghttp2_settings_entry.self, capacity: 6) { entries in
            var count = 0
            func add(_ id: nghttp2_settings_id, _ value: UInt32) {
                (entries.baseAddress! + count).initialize(
                    to: nghttp2_settings_entry(settings_id: Int32(bitPattern: id.rawValue), value: value))
                count += 1
            }
            switch role {
            case .server: add(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams)
            case .client:
                add(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)
                add(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0)
            }
            add(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(clamping: limits.streamWindowBytes))
            add(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, min(max(limits.maxFrameBytes, 1 << 14), (1 << 24) - 1))
            add(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes)
            nghttp2_submit_settings(handle, 0, entries.baseAddress, count)
        }
        nghttp2_session_set_local_window_size(handle, 0, 0, max(limits.connectionWindowBytes, 65_535))
    }

    /// Feeds received bytes. Throws when the connection cannot go on; `terminate` may still be called then.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        let result = nghttp2_session_mem_recv(handle, base.assumingMemoryBound(to: UInt8.self), bytes.count)
        if result < 0 { throw Session.error(Int32(truncatingIfNeeded: result)) }
    }

    /// Writes frames to `output` until there are none or `limit` bytes wait there. Throws as `receive` does.
    func send(to output: OutputBatch, limit: Int) throws(HTTP2Error) {
        while output.byteCount < limit {
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(handle, &bytes)
            if count < 0 { throw Session.error(Int32(truncatingIfNeeded: count)) }
            guard count > 0 else { return }
            output.append(UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }

    var wantsRead: Bool { nghttp2_session_want_read(handle) != 0 }
    var wantsWrite: Bool { nghttp2_session_want_write(handle) != 0 }

    /// Streams the peer still lets us open, by its last SETTINGS.
    var peerMaxConcurrentStreams: Int {
        Int(nghttp2_session_get_remote_settings(handle, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    func submitResponse(_ headers: HeaderSource, endStream: Bool, on stream: HTTP2Stream) {
        headers.withEntries { entries, count in
            if endStream {
                _ = nghttp2_submit_response(handle, stream.id, entries, count, nil)
            } else {
                var provider = bodyProvider(for: stream)
                _ = nghttp2_submit_response(handle, stream.id, entries, count, &provider)
            }
        }
    }

    /// Returns the new stream's identifier, or nil when the connection has none left.
    func submitRequest(_ headers: HeaderSource, endStream: Bool, on stream: HTTP2Stream) -> Int32? {
        headers.withEntries { entries, count in
            let user = Unmanaged.passUnretained(stream).toOpaque()
            var provider = bodyProvider(for: stream)
            let id =
                endStream
                ? nghttp2_submit_request(handle, nil, entries, count, nil, user)
                : withUnsafePointer(to: &provider) { nghttp2_submit_request(handle, nil, entries, count, $0, user) }
            return id > 0 ? id : nil
        }
    }

    func submitTrailers(_ trailers: HeaderSource, on stream: HTTP2Stream) {
        trailers.withEntries { entries, count in
            _ = nghttp2_submit_trailer(handle, stream.id, entries, count)
        }
    }

    func resume(_ id: Int32) { nghttp2_session_resume_data(handle, id) }

    func submitReset(_ code: ErrorCode, on id: Int32) {
        nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
    }

    func submitPing(_ payload: UInt64) {
        withUnsafeBytes(of: payload.bigEndian) { bytes in
            _ = nghttp2_submit_ping(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// GOAWAY that promises to serve all that is under way: the first of two phases.
    func submitShutdownNotice() { nghttp2_submit_shutdown_notice(handle) }

    /// GOAWAY with the last stream that was handled.
    func submitGoAway(_ code: ErrorCode, reason: StaticString) {
        nghttp2_submit_goaway(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(handle), code.rawValue,
            reason.utf8Start, reason.utf8CodeUnitCount)
    }

    func consume(_ count: Int, on id: Int32) {
        nghttp2_session_consume(handle, id, count)
    }

    func consumeConnection(_ count: Int) {
        nghttp2_session_consume_connection(handle, count)
    }

    private func bodyProvider(for stream: HTTP2Stream) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()), read_callback: readBody)
    }

    private static func error(_ code: Int32) -> HTTP2Error {
        let reaction: ErrorCode =
            switch nghttp2_error(rawValue: code) {
            case NGHTTP2_ERR_BAD_CLIENT_MAGIC, NGHTTP2_ERR_PROTO: .protocolError
            case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_SETTINGS, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS: .enhanceYourCalm
            case NGHTTP2_ERR_CALLBACK_FAILURE: .enhanceYourCalm
            default: .internalError
            }
        return HTTP2Error(reaction, text(of: code))
    }

    private static func text(of code: Int32) -> String {
        String(cString: nghttp2_strerror(code))
    }
}
