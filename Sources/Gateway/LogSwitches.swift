internal import Logging
internal import Synchronization

/// What of the log is written, to be changed while the server runs. Any thread.
final class LogSwitches: Sendable {
    struct Settings: Sendable, Hashable {
        var info = true
        var warning = true
        var error = true
        /// 0 for no more than the level that the server was started with; 1 adds debug lines, 2 and more all there are.
        var verboseLevel: UInt32 = 0
    }

    private let startLevel: Logger.Level
    private let state = Mutex(Settings())
    private let current: Atomic<UInt8>

    init(_ level: GatewayConfiguration.LogLevel) {
        startLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        current = Atomic(Self.rank(startLevel))
    }

    /// The least level that is logged now.
    var level: Logger.Level {
        let rank = Int(current.load(ordering: .relaxed))
        return Logger.Level.allCases[min(rank, Logger.Level.allCases.count - 1)]
    }

    var settings: Settings {
        get { state.withLock { $0 } }
        set {
            state.withLock { $0 = newValue }
            let level: Logger.Level =
                newValue.verboseLevel == 0 ? startLevel : newValue.verboseLevel == 1 ? min(.debug, startLevel) : .trace
            current.store(Self.rank(level), ordering: .relaxed)
        }
    }

    /// Whether lines of this level are wanted.
    func lets(_ level: Logger.Level) -> Bool {
        let settings = settings
        return switch level {
        case .trace, .debug: true
        case .info, .notice: settings.info
        case .warning: settings.warning
        case .error, .critical: settings.error
        }
    }

    private static func rank(_ level: Logger.Level) -> UInt8 { UInt8(clamping: Logger.Level.allCases.firstIndex(of: level) ?? 0) }
}
