internal import Client
internal import Messages

/// What `martlet inspect` says of a model that a server has.
public struct ServedModelReport: Sendable {
    private let target: String
    private let model: String
    private let version: String

    public init(target: String, model: String, version: String = "") {
        self.target = target
        self.model = model
        self.version = version
    }

    /// - Throws: the server's status when it has no such model, or when there is no server.
    public func text() async throws -> String {
        let client = try InferenceClient(target: target, timeoutSeconds: 10)
        let metadata = try await client.call(
            "ModelMetadata", ModelMetadataRequest(name: model, version: version), ModelMetadataResponse.self)
        let reply = try await client.call("ModelConfig", ModelConfigRequest(name: model, version: version), ModelConfigResponse.self)
        let config = reply.config ?? ModelConfig()
        let statistics = try await client.call(
            "ModelStatistics", ModelStatisticsRequest(name: model, version: version), ModelStatisticsResponse.self)

        var text = "\(metadata.name) at \(target)\n"
        text += "versions    \(metadata.versions.joined(separator: ", "))\n"
        text += "platform    \(metadata.platform)\n"
        text += "batching    \(config.maxBatchSize > 0 ? "up to \(config.maxBatchSize) rows" : "one request a run")\n"
        text += "instances   \(config.instanceGroup.reduce(0) { $0 + Int($1.count) })\n"
        for entry in statistics.modelStats {
            let memory = entry.memoryUsage.reduce(0) { $0 + Int($1.byteSize) }
            text += "version \(entry.version)   \(entry.inferenceCount) rows in \(entry.executionCount) runs"
            text += memory > 0 ? ", \(Quantity.bytes(memory)) of memory\n" : "\n"
        }
        var ports = TextTable("", "name", "type", "shape")
        for port in metadata.inputs { ports.append("input", port.name, port.datatype, "\(port.shape)") }
        for port in metadata.outputs { ports.append("output", port.name, port.datatype, "\(port.shape)") }
        return text + "\n" + ports.rendered()
    }
}
