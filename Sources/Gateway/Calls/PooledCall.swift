internal import GRPC
internal import Messages
internal import NIOCore
internal import Serving
internal import Synchronization

/// An inference call on the hot path: a request read from its message without a copy, and the reply written from the answer. It is used
/// again, with all its memory, once it is answered.
///
/// It belongs to one thread at a time, from the event loop that fills it in to the thread that answers.
protocol PooledCall: AnyObject, Sendable {
    var request: InferenceRequest { get }
    var call: UnaryCall? { get set }
    var ticket: CallTicket { get }

    /// Reads a message into ``request``, whose tensors are views into it.
    ///
    /// - Parameter deadline: when the caller stops waiting, in monotonic nanoseconds.
    /// - Parameter metadata: the call's, kept while some model passes such on.
    func read(_ buffer: MessageBuffer, deadline: UInt64?, metadata: Metadata) throws(Status)

    /// Answers the call with what became of ``request``. Any thread.
    func answer()

    /// Gives the answered request to whoever it belongs to in place of a call of its own; false when nobody else does.
    func handOver() -> Bool

    /// Ready for the next call, all memory kept.
    func reset()
}

extension PooledCall {
    func handOver() -> Bool { false }

    /// Nobody waits for the answer of the call that had this number. A word that comes too late is ignored.
    func cancel(_ number: Int) {
        ticket.ifCurrent(number) { request.cancel() }
    }
}

/// Tells a call from the next one that the same memory serves. Any thread.
final class CallTicket: Sendable {
    private let number = Mutex(0)

    var current: Int { number.withLock { $0 } }

    /// The call is over.
    func retire() { number.withLock { $0 += 1 } }

    func ifCurrent(_ asked: Int, _ body: () -> Void) {
        number.withLock { if $0 == asked { body() } }
    }
}

extension ByteBuffer {
    /// Holds a message, in the memory that it has.
    mutating func refill(_ slices: [MessageSlice], byteCount: Int) {
        clear()
        reserveCapacity(byteCount)
        for slice in slices { writeBytes(slice.bytes) }
    }
}
