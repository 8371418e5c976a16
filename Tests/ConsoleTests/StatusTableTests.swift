import Console
import Messages
import Testing

@Suite struct StatusTableTests {
    @Test func `a live version shows its queue and latency, and another its reason`() {
        var live = VersionStatus()
        live.model = "iris"
        live.version = 3
        live.state = "READY"
        live.share = 0.25
        live.queued = 7
        live.inFlight = 2
        live.requests = 100
        live.failures = 1
        live.refused = 4
        live.runs = 40
        live.rows = 100
        live.latencyP50 = 1_500_000
        live.latencyP99 = 12_345_678
        live.queueP99 = 250_000
        live.role = "canary, step 1 of 4"
        var broken = VersionStatus()
        broken.model = "wine"
        broken.version = 1
        broken.state = "UNAVAILABLE"
        broken.reason = "no such operator"
        let lines = StatusCommand.table([live, broken]).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 4)
        #expect(lines[0].prefix(6) == ["model", "version", "state", "share", "queued", "running"])
        #expect(
            lines[2] == [
                "iris", "3", "READY", "25", "%", "7", "2", "100", "1", "4", "2.5", "1.5", "12.346", "0.25", "canary,", "step", "1", "of", "4",
            ])
        #expect(lines[3] == ["wine", "1", "UNAVAILABLE", "no", "such", "operator"])
    }
}
