internal import Logging
internal import Serving

/// The server's log: on standard error, for standard output belongs to the line that says where it listens.
enum GatewayLog {
    static func make(_ settings: GatewayConfiguration, _ switches: LogSwitches) -> Logger {
        Logger(label: "martlet") { _ in LineLogHandler(format: settings.logFormat, switches: switches) }
    }

    static func write(_ event: ServingEvent, to log: Logger) {
        func names(_ identity: VersionIdentity) -> Logger.Metadata { ["model": "\(identity.model)", "version": "\(identity.number)"] }
        switch event {
        case .loading(let identity): log.debug("loading", metadata: names(identity))
        case .ready(let identity, let nanos):
            log.info("ready", metadata: names(identity).merging(["milliseconds": "\(nanos / 1_000_000)"]) { $1 })
        case .loadFailed(let identity, let error):
            log.error("load failed", metadata: names(identity).merging(["reason": "\(error)"]) { $1 })
        case .modelFailed(let model, let error): log.error("load failed", metadata: ["model": "\(model)", "reason": "\(error)"])
        case .goldenFailed(let identity, let error):
            log.error("golden request failed", metadata: names(identity).merging(["reason": "\(error)"]) { $1 })
        case .canaryStep(let identity, let share): log.info("canary", metadata: names(identity).merging(["share": "\(share)"]) { $1 })
        case .promoted(let identity): log.info("promoted", metadata: names(identity))
        case .rolledBack(let identity, let reason):
            log.error("rolled back", metadata: names(identity).merging(["reason": "\(reason)"]) { $1 })
        case .unloading(let identity): log.debug("unloading", metadata: names(identity))
        case .unloaded(let identity): log.info("unloaded", metadata: names(identity))
        case .sourceFailed(let name, let error): log.error("source cannot be read", metadata: ["source": "\(name)", "reason": "\(error)"])
        case .workerWrote(let model, let line): log.info("worker", metadata: ["model": "\(model)", "line": "\(line)"])
        case .workerEnded(let model, let reason): log.error("worker ended", metadata: ["model": "\(model)", "reason": "\(reason)"])
        }
    }
}
