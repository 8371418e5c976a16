internal import Glibc
internal import Synchronization

/// Our end of the socket to a worker: one packet is one message. Used by one thread at a time, but for ``hangUp()``.
final class WorkerChannel: Sendable {
    /// Bytes of one packet: tensors travel in shared memory, and only say where they are. Beyond: the run fails.
    static let maxPacketBytes = 1 << 16

    private let descriptor: Int32
    private let isOpen = Mutex(true)

    /// Makes both ends; the other one is for the worker, and the caller closes it.
    static func pair() throws(ServingError) -> (ours: WorkerChannel, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ServingError(.unavailable, "cannot make a socket for a worker: \(String(cString: strerror(errno)))")
        }
        return (WorkerChannel(ends[0]), ends[1])
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Lets whoever waits for the worker go on, as if it had ended. Any thread.
    func hangUp() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } } }

    /// Sends a packet, with a descriptor that the worker gets a copy of. False when the worker is gone or does not read.
    func send(_ packet: [UInt8], passing passed: Int32? = nil) -> Bool {
        packet.withUnsafeBytes { bytes in
            var part = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
            return withUnsafeMutablePointer(to: &part) { part in
                var message = msghdr()
                message.msg_iov = part
                message.msg_iovlen = 1
                guard let passed else { return push(&message) }
                // A control message is its header, and behind it the descriptor in a word of its own.
                let header = 16
                let space = header + 8
                return withUnsafeTemporaryAllocation(byteCount: space, alignment: 8) { control in
                    control.initializeMemory(as: UInt8.self, repeating: 0)
                    control.storeBytes(of: header + MemoryLayout<Int32>.size, as: Int.self)
                    control.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
                    control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
                    control.storeBytes(of: passed, toByteOffset: header, as: Int32.self)
                    message.msg_control = control.baseAddress
                    message.msg_controllen = space
                    return push(&message)
                }
            }
        }
    }

    private func push(_ message: inout msghdr) -> Bool {
        while true {
            let sent = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if sent >= 0 { return true }
            if errno != EINTR { return false }
        }
    }

    enum Received {
        case packet([UInt8])
        /// The worker has closed its end, or has ended.
        case ended
        case tooLong
        case timedOut
        case abandoned
    }

    /// Waits for a packet.
    ///
    /// - Parameter isAbandoned: asked now and then; true ends the wait.
    func receive(untilNanos: Int64, isAbandoned: () -> Bool = { false }) -> Received {
        while true {
            let left = untilNanos == .max ? Self.sliceNanos : untilNanos - MonotonicClock.system.nowNanos
            var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let millis = max(0, min(left, Self.sliceNanos) + 999_999) / 1_000_000
            let ready = poll(&wish, 1, Int32(millis))
            if ready > 0 { return take() }
            if ready < 0, errno != EINTR { return .ended }
            if isAbandoned() { return .abandoned }
            if untilNanos != .max, MonotonicClock.system.nowNanos >= untilNanos { return .timedOut }
        }
    }

    /// Between two looks whether anybody still waits.
    private static let sliceNanos: Int64 = 20_000_000

    private func take() -> Received {
        var length = 0
        let packet = [UInt8](unsafeUninitializedCapacity: Self.maxPacketBytes) { buffer, count in
            repeat { length = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC)) } while length < 0 && errno == EINTR
            count = max(0, min(length, buffer.count))
        }
        if length <= 0 { return .ended }
        return length > Self.maxPacketBytes ? .tooLong : .packet(packet)
    }
}
