/// Reads one format of configuration file.
public protocol SpecReader: Sendable {
    /// The file's name beside the versions, such as `config.pbtxt`.
    var fileName: String { get }

    /// The configuration in `bytes`. Errors name `path`, the line and what is wrong.
    func read(_ bytes: [UInt8], path: String, model: String) throws(ServingError) -> ModelSpec
}
