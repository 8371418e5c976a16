public import Tensors

/// A kind of model file and how to run it. Adding a backend is one folder with this in it.
public protocol Backend: Sendable {
    /// As configurations name it, such as `onnx`.
    var name: String { get }
    /// Other names for it in configurations that were written for other servers.
    var aliases: [String] { get }
    /// What clients that ask for the platform are told.
    var platform: String { get }
    /// Files in a version's folder that it takes, the likeliest first.
    var fileNames: [String] { get }

    /// Reads a version's files. Called on a loading thread; may take long; errors name the file and what is wrong with it.
    func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel
}

/// A model in memory, shared by all that run it.
public protocol LoadedModel: AnyObject, Sendable {
    var signature: ModelSignature { get }
    var batchability: Batchability { get }
    /// Memory that it holds, as far as the backend knows.
    var memoryBytes: Int { get }

    /// The state of one lane's runs. Called on a loading thread or on a lane, rarely.
    func makeRunner() throws(ServingError) -> any ModelRunner
}

/// Runs a model, one run at a time, on whatever thread.
public protocol ModelRunner: AnyObject {
    /// Whether the next run may be spread over threads that have nothing else to do. Backends that never do leave it out.
    var mayBeSpread: Bool { get set }

    /// Runs the model once.
    ///
    /// - Parameters:
    ///   - inputs: contiguous tensors in the order of the signature, nil where an optional one was left out.
    ///   - wanted: outputs that somebody reads; others may be left nil.
    ///   - outputs: in the order of the signature. On entry each is nil or a tensor that nobody else holds, whose memory may be
    ///     written to if type and shape fit; on return the results, which later runs leave alone unless they are handed in again.
    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError)
}

extension ModelRunner {
    public var mayBeSpread: Bool {
        get { false }
        set {}
    }
}

/// The files of one version of a model.
public struct ModelFiles: Sendable {
    /// The version's folder, or nil when the files were handed over in memory.
    public var folder: String?
    /// The file that the backend reads, by its name within the folder.
    public var main: String
    /// Files handed over in memory, by name within the version's folder; they hide those on disk.
    public var contents: [String: [UInt8]]

    public init(folder: String?, main: String, contents: [String: [UInt8]] = [:]) {
        self.folder = folder
        self.main = main
        self.contents = contents
    }

    /// Where `main` lies on disk, unless it is in memory.
    public var path: String? {
        contents[main] == nil ? folder.map { "\($0)/\(main)" } : nil
    }
}
