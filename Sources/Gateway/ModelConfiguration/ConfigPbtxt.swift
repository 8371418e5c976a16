internal import Messages
package import Serving

/// Reads `config.pbtxt`, Triton's configuration, as it is.
package struct ConfigPbtxt: SpecReader {
    package init() {}

    package var fileName: String { "config.pbtxt" }

    package func read(_ bytes: [UInt8], path: String, model: String) throws(ServingError) -> ModelSpec {
        do throws(MessageError) {
            let read = bytes.withUnsafeBytes { bytes in
                Result { () throws(MessageError) in try ModelConfig.read(text: bytes, limits: DecodingLimits()) }
            }
            let (config, places) = try read.get()
            let context = TritonSpec(model: model, folder: Self.folder(of: path), saysMaxBatchSize: places["max_batch_size"] != nil) { field in
                places[field]
            }
            return try context.spec(of: config)
        } catch {
            throw ServingError(.invalidArgument, "\(path):\(error)")
        }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
