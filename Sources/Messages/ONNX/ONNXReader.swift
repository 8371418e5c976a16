internal import CMessages
internal import CProtobufC

/// Reads the messages of ONNX files into plain values.
///
/// Nesting is bounded before protobuf-c, which recurses without a bound, sees anything. The graph's parts are unpacked one
/// by one through an arena with a ceiling, and the elements of initialisers never pass through protobuf-c: their spans are
/// cut out of the file. Used by one thread at a time.
public final class ONNXReader {
    let bytes: ONNXBytes
    let limits: ONNXLimits
    private let arena: MessageArena
    private var scratch: [UInt8] = []

    private init(_ bytes: ONNXBytes, limits: ONNXLimits) {
        self.bytes = bytes
        self.limits = limits
        var arenaLimits = DecodingLimits()
        arenaLimits.arenaBytesPerMessageByte = limits.amplification
        // A model may be of any size: only the ratio is bounded.
        arenaLimits.arenaCeilingBytes = Int.max
        arena = MessageArena(limits: arenaLimits)
    }

    /// The model in `bytes`. Its raw tensors are slices of `bytes`.
    public static func model(_ bytes: ONNXBytes, limits: ONNXLimits = ONNXLimits()) throws(ONNXFormatError) -> ONNXModel {
        let reader = ONNXReader(bytes, limits: limits)
        return try bytes.withUnsafeBytes { raw throws(ONNXFormatError) in
            try checkNesting(raw, in: 0..<raw.count, as: descriptor(of: onnx__model_proto__init), limit: limits.nesting)
            return try reader.model(raw)
        }
    }

    /// The single tensor in `bytes`.
    public static func tensor(_ bytes: ONNXBytes, limits: ONNXLimits = ONNXLimits()) throws(ONNXFormatError) -> ONNXTensor {
        let reader = ONNXReader(bytes, limits: limits)
        return try bytes.withUnsafeBytes { raw throws(ONNXFormatError) in
            try reader.tensor(raw, in: 0..<raw.count)
        }
    }

    /// The value in `bytes`, which the format leaves to the reader to know the type of.
    public static func value(
        _ bytes: ONNXBytes, as type: ONNXType, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXFormatError) -> ONNXValue {
        let reader = ONNXReader(bytes, limits: limits)
        return try bytes.withUnsafeBytes { raw throws(ONNXFormatError) in
            let range = 0..<raw.count
            switch type {
            case .tensor: return .tensor(try reader.tensor(raw, in: range))
            case .sparseTensor:
                let sparse = try reader.unpack(raw, in: range, onnx__sparse_tensor_proto__init)
                return .sparseTensor(try reader.sparseTensor(sparse.pointee))
            case .sequence:
                let sequence = try reader.unpack(raw, in: range, onnx__sequence_proto__init)
                return try reader.sequence(sequence.pointee)
            case .optional(let wrapped):
                // Some writers leave the wrapping out when there is something in it.
                if case .sequence = wrapped,
                    let bare = try? reader.unpack(raw, in: range, onnx__sequence_proto__init).pointee, bare.elem_type == 1
                {
                    return try reader.sequence(bare)
                }
                let optional = try reader.unpack(raw, in: range, onnx__optional_proto__init)
                return try reader.optional(optional.pointee)
            case .map:
                let map = try reader.unpack(raw, in: range, onnx__map_proto__init)
                return try reader.map(map.pointee)
            }
        }
    }

    /// One message through protobuf-c. The result is valid until the next call.
    func unpack<Message>(
        _ raw: UnsafeRawBufferPointer, in range: Range<Int>, _ initialize: (UnsafeMutablePointer<Message>?) -> Void
    ) throws(ONNXFormatError) -> UnsafeMutablePointer<Message> {
        let descriptor = descriptor(of: initialize)
        try checkNesting(raw, in: range, as: descriptor, limit: limits.nesting)
        arena.reset()
        arena.admit(messageBytes: range.count)
        var nothing: UInt8 = 0
        let start = UnsafeRawBufferPointer(rebasing: raw[range]).baseAddress?.assumingMemoryBound(to: UInt8.self)
        let message = withUnsafePointer(to: &nothing) { empty in
            protobuf_c_message_unpack(descriptor, arena.allocator, range.count, start ?? empty)
        }
        guard let message else {
            let name = descriptor.pointee.name.map { String(cString: $0) } ?? "message"
            throw ONNXFormatError("bytes \(range.lowerBound) to \(range.upperBound) are not a well-formed \(name), or unpack to too much")
        }
        return UnsafeMutableRawPointer(message).assumingMemoryBound(to: Message.self)
    }

    private func model(_ raw: UnsafeRawBufferPointer) throws(ONNXFormatError) -> ONNXModel {
        var model = ONNXModel()
        var graphs: [Range<Int>] = []
        var rest: [UInt8] = []
        var fields = WireFields(raw, in: 0..<raw.count)
        while let field = try fields.next() {
            switch (field.number, field.wireType) {
            case (7, 2): graphs.append(field.payload)
            case (25, 2):
                let function = try unpack(raw, in: field.payload, onnx__function_proto__init)
                model.functions.append(try self.function(function.pointee))
            // Training graphs and device settings: of no use to inference, and possibly large.
            case (20, 2), (26, 2): continue
            default: rest.append(contentsOf: raw[field.whole])
            }
        }
        guard !graphs.isEmpty else { throw ONNXFormatError("there is no graph: this is not an ONNX model") }
        try ONNXBytes(rest).withUnsafeBytes { (bytes) throws(ONNXFormatError) in
            let header = try unpack(bytes, in: 0..<bytes.count, onnx__model_proto__init).pointee
            model.irVersion = header.ir_version
            model.producerName = text(header.producer_name)
            model.producerVersion = text(header.producer_version)
            model.domain = text(header.domain)
            model.modelVersion = header.model_version
            model.docString = text(header.doc_string)
            model.opsetImports = opsets(header.opset_import, header.n_opset_import)
            model.metadata = entries(header.metadata_props, header.n_metadata_props)
        }
        for range in graphs { try readGraph(raw, in: range, into: &model.graph) }
        return model
    }

    /// Adds the parts of one graph message; a graph that the file splits in several is their sum.
    private func readGraph(
        _ raw: UnsafeRawBufferPointer, in range: Range<Int>, into graph: inout ONNXGraph
    ) throws(ONNXFormatError) {
        var items = 0
        var fields = WireFields(raw, in: range)
        while let field = try fields.next() {
            items += 1
            guard items <= limits.itemsPerGraph else { throw ONNXFormatError("the graph has more than \(limits.itemsPerGraph) parts") }
            guard field.wireType == 2 else { continue }
            switch field.number {
            case 1:
                let node = try unpack(raw, in: field.payload, onnx__node_proto__init)
                graph.nodes.append(try self.node(node.pointee))
            case 2: graph.name = String(decoding: raw[field.payload], as: UTF8.self)
            case 5: graph.initializers.append(try tensor(raw, in: field.payload))
            case 11: graph.inputs.append(try valueInfo(raw, in: field.payload))
            case 12: graph.outputs.append(try valueInfo(raw, in: field.payload))
            case 13: graph.valueInfos.append(try valueInfo(raw, in: field.payload))
            case 15:
                let sparse = try unpack(raw, in: field.payload, onnx__sparse_tensor_proto__init)
                graph.sparseInitializers.append(try sparseTensor(sparse.pointee))
            default: continue
            }
        }
    }

    private func valueInfo(_ raw: UnsafeRawBufferPointer, in range: Range<Int>) throws(ONNXFormatError) -> ONNXValueInfo {
        try valueInfo(unpack(raw, in: range, onnx__value_info_proto__init).pointee)
    }

    /// A tensor whose raw elements stay where they are in the file.
    func tensor(_ raw: UnsafeRawBufferPointer, in range: Range<Int>) throws(ONNXFormatError) -> ONNXTensor {
        var elements: Range<Int>?
        scratch.removeAll(keepingCapacity: true)
        var fields = WireFields(raw, in: range)
        while let field = try fields.next() {
            if field.number == 9, field.wireType == 2 {
                elements = field.payload
            } else {
                scratch.append(contentsOf: raw[field.whole])
            }
        }
        var result = try ONNXBytes(scratch).withUnsafeBytes { (bytes) throws(ONNXFormatError) in
            try tensor(unpack(bytes, in: 0..<bytes.count, onnx__tensor_proto__init).pointee)
        }
        if let elements {
            guard case .none = result.payload else {
                throw ONNXFormatError("tensor '\(result.name)' has its elements twice")
            }
            result.payload = .raw(bytes.slice(elements))
        }
        return result
    }

    func text(_ string: UnsafeMutablePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? ""
    }

    func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        Array(UnsafeBufferPointer(start: data.data, count: data.len))
    }
}

/// The descriptor of a generated message, which lives as long as the process. The generated constants themselves have no
/// address in Swift, but every initialised message points at its own.
private func descriptor<Message>(of initialize: (UnsafeMutablePointer<Message>?) -> Void) -> UnsafePointer<ProtobufCMessageDescriptor> {
    withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { message in
        initialize(message.baseAddress)
        return UnsafeRawPointer(message.baseAddress!).load(as: UnsafePointer<ProtobufCMessageDescriptor>.self)
    }
}
