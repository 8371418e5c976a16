/// Has a server load and unload models.
protocol RepositoryControl: Sendable {
    /// Loads a model, or loads it anew. Throws `LoadError` with what the server says.
    func load(model: String) async throws
    func unload(model: String) async throws
    func close()
}
