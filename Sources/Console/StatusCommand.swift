internal import Client
internal import Messages

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
        let index = try await client.call("RepositoryIndex", RepositoryIndexRequest(), RepositoryIndexResponse.self)
        let statistics = try await client.call("ModelStatistics", ModelStatisticsRequest(), ModelStatisticsResponse.self)
        var table = TextTable("model", "version", "state", "requests", "failed", "batches", "mean ms", "queue ms", "reason")
        for entry in index.models {
            let numbers = statistics.modelStats.first { $0.name == entry.name && $0.version == entry.version }
            let stats = numbers?.inferenceStats
            table.append(
                entry.name, entry.version, entry.state, numbers == nil ? "" : "\(stats?.success?.count ?? 0)",
                numbers == nil ? "" : "\(stats?.fail?.count ?? 0)", numbers.map { "\($0.executionCount)" } ?? "", Self.mean(stats?.success),
                Self.mean(stats?.queue), entry.reason)
        }
        return "\(server.name) \(server.version) at \(target)\n\n" + table.rendered()
    }

    /// Milliseconds to a thousandth; empty when nothing was counted.
    private static func mean(_ duration: StatisticDuration?) -> String {
        guard let duration, duration.count > 0 else { return "" }
        return "\((Double(duration.ns) / Double(duration.count) / 1e3).rounded() / 1e3)"
    }
}
