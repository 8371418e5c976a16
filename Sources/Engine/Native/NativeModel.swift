/// Models in formats other than ONNX: those of XGBoost (JSON and UBJSON), of LightGBM (text), and JSON documents of layers.
///
/// They become graphs like any other, and give the answers that the library itself would give.
public enum NativeModel {
    /// The largest file that is read, in bytes; a larger one is refused.
    public static let maximumBytes = 1 << 30

    /// The graph of the model in `bytes`, whose format is told from what they begin with. Any thread.
    ///
    /// - Throws: `unsupported` when the format or something that the model asks for is not known, `malformedModel` when the
    ///   document contradicts itself.
    public static func graph(bytes: [UInt8]) throws(EngineError) -> ImportedModel {
        guard bytes.count <= maximumBytes else {
            throw EngineError(.resourceExhausted, "\(bytes.count) bytes, the limit is \(maximumBytes)")
        }
        if LightGBMText.recognises(bytes) {
            return imported(try LightGBMModel(LightGBMText(String(decoding: bytes, as: UTF8.self))).graph(), "LightGBM")
        }
        let document: DocumentValue
        if bytes.starts(with: [UInt8(ascii: "{"), UInt8(ascii: "L")]) || bytes.starts(with: [UInt8(ascii: "{"), UInt8(ascii: "i")]) {
            document = try UBJSONReader.read(bytes)
        } else if let first = bytes.first(where: { !" \n\r\t".utf8.contains($0) }), first == UInt8(ascii: "{") {
            document = try DocumentValue(json: bytes)
        } else {
            throw EngineError(.unsupported, "neither JSON nor UBJSON nor LightGBM's text")
        }
        if XGBoostModel.recognises(document) { return imported(try XGBoostModel(document).graph(), "XGBoost") }
        if LayeredModel.recognises(document) { return imported(try LayeredModel(document).graph(), LayeredModel.format) }
        throw EngineError(.unsupported, "a document that is neither XGBoost's nor of the format \(LayeredModel.format)")
    }

    private static func imported(_ graph: Graph, _ producer: String) -> ImportedModel {
        var metadata = ModelMetadata()
        metadata.producerName = producer
        return ImportedModel(graph: graph, opsets: ["": 21, NativeOperators.domain: 1], metadata: metadata)
    }
}

extension Model {
    /// The model in the bytes of a file of XGBoost, LightGBM or layers; see ``NativeModel``.
    public static func load(native bytes: [UInt8], options: LoadOptions = LoadOptions()) throws(EngineError) -> Model {
        try Model(NativeModel.graph(bytes: bytes), options: options)
    }
}
