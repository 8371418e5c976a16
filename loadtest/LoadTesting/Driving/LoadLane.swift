internal import NIOCore

/// A lane that is a connection of a run.
protocol LoadLane: RequestLane, Sendable {
    var eventLoop: any EventLoop { get }
    /// Connects for the first time; the future fails when that fails. On the event loop.
    func begin() -> EventLoopFuture<Void>
    func isOwned(by loop: LoadLoop) -> Bool
}
