import Glibc

extension NativeModel {
    /// Names that files of these formats have in a model's folder, in the order in which they are looked for.
    public static let fileNames = ["model.json", "model.ubj", "model.txt"]

    /// The bytes of the file at `path`.
    static func read(_ path: String) throws(EngineError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw EngineError(.unreadable, String(cString: strerror(errno)), place: path)
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            guard bytes.count + count <= maximumBytes else {
                throw EngineError(.resourceExhausted, "more than the limit of \(maximumBytes) bytes", place: path)
            }
            bytes += piece[..<count]
        }
        guard ferror(file) == 0 else { throw EngineError(.unreadable, "reading failed", place: path) }
        return bytes
    }
}

extension Model {
    /// The model in a file of XGBoost, LightGBM or layers; see ``NativeModel``.
    public static func load(nativePath path: String, options: LoadOptions = LoadOptions()) throws(EngineError) -> Model {
        let bytes = try NativeModel.read(path)
        do { return try Model.load(native: bytes, options: options) } catch { throw error.at(path) }
    }
}
