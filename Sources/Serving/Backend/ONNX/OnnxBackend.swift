public import Engine
internal import Tensors

/// ONNX files, run by our own engine.
public struct OnnxBackend: Backend {
    public let options: LoadOptions

    public init(options: LoadOptions = LoadOptions()) { self.options = options }

    public var name: String { "onnx" }
    public var aliases: [String] { ["onnxruntime", "onnxruntime_onnx"] }
    public var platform: String { "onnxruntime_onnx" }
    public var fileNames: [String] { ["model.onnx"] }

    public func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel {
        do throws(EngineError) {
            let model: Model
            let byteCount: Int
            if let bytes = files.contents[files.main] {
                model = try Model.load(bytes: bytes, folder: files.folder, options: options)
                byteCount = bytes.count
            } else if let path = files.path {
                model = try Model.load(path: path, options: options)
                byteCount = Int(Directory.file(path, name: files.main)?.byteCount ?? 0)
            } else {
                throw EngineError(.unreadable, "there is no file \(files.main)")
            }
            return try OnnxModel(model, fileBytes: byteCount)
        } catch {
            let place = files.path ?? files.main
            throw ServingError(error.servingCode, "\(place): \(error)")
        }
    }
}

extension EngineError {
    /// The code that callers are told.
    var servingCode: ServingError.Code {
        switch code {
        case .invalidInput, .malformedModel: .invalidArgument
        case .unsupported: .unimplemented
        case .resourceExhausted: .resourceExhausted
        case .cancelled: .cancelled
        case .unreadable: .unavailable
        }
    }
}
