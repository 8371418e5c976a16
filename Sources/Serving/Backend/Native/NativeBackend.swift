public import Engine

/// Models as XGBoost, LightGBM and our own documents of layers keep them, run by the same engine as ONNX files.
public struct NativeBackend: Backend {
    public let options: LoadOptions

    public init(options: LoadOptions = LoadOptions()) { self.options = options }

    public var name: String { "native" }
    public var aliases: [String] { ["fil", "xgboost", "lightgbm"] }
    public var platform: String { "native" }
    public var fileNames: [String] { NativeModel.fileNames }

    public func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel {
        do throws(EngineError) {
            if let bytes = files.contents[files.main] {
                return try OnnxModel(try Model.load(native: bytes, options: options), fileBytes: bytes.count)
            }
            guard let path = files.path else { throw EngineError(.unreadable, "there is no file \(files.main)") }
            let byteCount = Int(Directory.file(path, name: files.main)?.byteCount ?? 0)
            return try OnnxModel(try Model.load(nativePath: path, options: options), fileBytes: byteCount)
        } catch {
            throw ServingError(error.servingCode, "\(files.path ?? files.main): \(error)")
        }
    }
}
