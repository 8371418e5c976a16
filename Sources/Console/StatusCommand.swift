internal import Client
package import Messages

/// What `martlet status` does: asks a server what it serves and how that goes.
public struct StatusCommand: Sendable {
    private let target: String

    public init(target: String) { self.target = target }

    /// Whether the server says that it is ready. Never throws: a server that cannot be reached is not ready.
    public func isReady() async -> Bool {
        guard let client = try? InferenceClient(target: target, timeoutSeconds: 2) else { return false }
        return (try? await client.call("ServerReady", ServerReadyRequest(), ServerReadyResponse.self).ready) ?? false
    }

    public func run() async throws -> String {
        let client = try InferenceClient(target: target, timeoutSeconds: 10)
        let server = try await client.call("ServerMetadata", ServerMetadataRequest(), ServerMetadataResponse.self)
        let status = try await client.call(path: "/martlet.v1.Administration/Status", StatusRequest(), StatusResponse.self)
        return "\(server.name) \(server.version) at \(target)\n\n" + Self.table(status.versions)
    }

    package static func table(_ versions: [VersionStatus]) -> String {
        var table = TextTable(
            "model", "version", "state", "share", "queued", "running", "requests", "failed", "refused", "rows/run", "p50 ms", "p99 ms",
            "queue p99 ms", "")
        for version in versions {
            guard version.state == "READY" else {
                table.append(
                    version.model, version.version > 0 ? "\(version.version)" : "", version.state, "", "", "", "", "", "", "", "", "", "",
                    version.reason)
                continue
            }
            table.append(
                version.model, "\(version.version)", version.state, "\(Int((version.share * 100).rounded())) %", "\(version.queued)",
                "\(version.inFlight)", "\(version.requests)", "\(version.failures)", "\(version.refused)",
                version.runs > 0 ? "\((Double(version.rows) / Double(version.runs) * 10).rounded() / 10)" : "",
                milliseconds(version.latencyP50), milliseconds(version.latencyP99), milliseconds(version.queueP99), version.role)
        }
        return table.rendered()
    }

    /// To a thousandth; empty when nothing was measured.
    private static func milliseconds(_ nanos: UInt64) -> String {
        nanos == 0 ? "" : "\((Double(nanos) / 1e3).rounded() / 1e3)"
    }
}
