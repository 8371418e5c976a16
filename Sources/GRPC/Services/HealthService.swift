internal import Messages
internal import NIOCore
internal import Synchronization

/// grpc.health.v1: which services take traffic. The empty name is the server as a whole. Safe from any thread.
public final class HealthService: Sendable {
    public enum State: Sendable { case serving, notServing }

    private struct Book {
        var states: [String: State] = ["": .notServing]
        var isDraining = false
        var watchers: [ObjectIdentifier: Watcher] = [:]
    }

    private let book = Mutex(Book())

    public init() {}

    /// Sets the state of `service`; watchers are told if it changed.
    public func set(_ service: String, _ state: State) {
        tell(service) { $0.states[service] = state }
    }

    /// The service is unknown from now on.
    public func remove(_ service: String) {
        tell(service) { $0.states[service] = nil }
    }

    /// Everything shows as not serving from now on, whatever is set later.
    public func drain() {
        let watchers = book.withLock { book in
            book.isDraining = true
            return book.watchers.values.map { ($0, Self.state(of: $0.service, in: book)) }
        }
        for (watcher, state) in watchers { watcher.tell(state) }
    }

    /// The state of `service`; nil when it is unknown.
    public func state(of service: String) -> State? {
        book.withLock { Self.state(of: service, in: $0) }
    }

    private static func state(of service: String, in book: Book) -> State? {
        guard let state = book.states[service] else { return nil }
        return book.isDraining ? .notServing : state
    }

    private func tell(_ service: String, _ change: (inout sending Book) -> Void) {
        let (watchers, state) = book.withLock { book in
            change(&book)
            return (book.watchers.values.filter { $0.service == service }, Self.state(of: service, in: book))
        }
        for watcher in watchers { watcher.tell(state) }
    }

    /// Registers Check, List and Watch; they need no scope.
    public func register(on server: GRPCServer) {
        server.register(unary: "/grpc.health.v1.Health/Check", scope: .none) { [self] call in check(call) }
        server.register(unary: "/grpc.health.v1.Health/List", scope: .none) { [self] call in list(call) }
        server.register(streaming: "/grpc.health.v1.Health/Watch", scope: .none) { [self] call in watch(call) }
    }

    private func check(_ call: UnaryCall) {
        do throws(MessageError) {
            let request = try HealthCheckRequest(decoding: call.message.bytes)
            guard let state = state(of: request.service) else { return call.fail(Status(.notFound, "unknown service")) }
            call.reply(try ReplyBody(HealthCheckResponse(status: .init(state))))
        } catch {
            call.fail(Status(.internal, "\(error)"))
        }
    }

    private func list(_ call: UnaryCall) {
        let states = book.withLock { book in book.states.mapValues { book.isDraining ? .notServing : $0 } }
        do throws(MessageError) {
            _ = try HealthListRequest(decoding: call.message.bytes)
            call.reply(try ReplyBody(HealthListResponse(statuses: states.mapValues { HealthCheckResponse(status: .init($0)) })))
        } catch {
            call.fail(Status(.internal, "\(error)"))
        }
    }

    private func watch(_ call: StreamingCall) {
        call.collectOneMessage { [self] message in
            do throws(MessageError) {
                let request = try HealthCheckRequest(decoding: message.bytes)
                let watcher = Watcher(service: request.service, call: call)
                let key = ObjectIdentifier(watcher)
                call.onCancel = { [self] in
                    book.withLock { $0.watchers[key] = nil }
                    call.finish(Status(.cancelled))
                }
                let state = book.withLock { book in
                    book.watchers[key] = watcher
                    return Self.state(of: request.service, in: book)
                }
                watcher.tell(state)
            } catch {
                call.finish(Status(.internal, "\(error)"))
            }
        }
    }
}

/// One open Watch.
private final class Watcher: Sendable {
    let service: String
    private let call: StreamingCall
    private let last = Mutex<HealthCheckResponse.ServingStatus?>(nil)

    init(service: String, call: StreamingCall) {
        self.service = service
        self.call = call
    }

    /// Sends the state, unless it is what was sent last.
    func tell(_ state: HealthService.State?) {
        let status = state.map { HealthCheckResponse.ServingStatus($0) } ?? .serviceUnknown
        // Sent under the lock, so that states leave in the order they were told in.
        last.withLock { last in
            guard last != status, let body = try? ReplyBody(HealthCheckResponse(status: status)) else { return }
            last = status
            call.send(body)
        }
    }
}

extension HealthCheckResponse.ServingStatus {
    init(_ state: HealthService.State) {
        switch state {
        case .serving: self = .serving
        case .notServing: self = .notServing
        }
    }
}
