internal import Glibc
internal import HTTP2
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

extension Gateway {
    /// Serves until SIGTERM or SIGINT, then drains. Prints the line that scripts wait for. SIGHUP has it look at the
    /// certificate files at once.
    public static func run(_ settings: GatewayConfiguration) async throws {
        ProcessMemory.returnLargeBlocks()
        let gateway = try Gateway(settings)
        // A peer that goes away while it is written to is an error on its connection, no reason to die.
        signal(SIGPIPE, SIG_IGN)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let addresses = try await gateway.start()
        print(addresses.line)
        fflush(nil)
        for await caught in signals {
            if caught == .sighup {
                if let tls = gateway.tls { gateway.reloadCertificate(tls) }
                continue
            }
            gateway.log.notice("draining", metadata: ["signal": "\(caught)"])
            break
        }
        let left = await gateway.stop()
        gateway.log.notice("stopped", metadata: ["unanswered": "\(left)"])
    }
}
