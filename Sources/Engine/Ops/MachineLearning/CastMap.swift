import Glibc
import Tensors

/// Makes of a map from integers one row: its values in the order of their keys, or each at the place of its key.
struct CastMap: Operation {
    var takesOnlyTensors: Bool { false }

    private let dataType: DataType
    /// The number of places, when every value stands at that of its key.
    private let places: Int?

    static let entries = [OperatorEntry("CastMap", domain: "ai.onnx.ml", make: CastMap.init(node:))]

    init(node: Node) throws(EngineError) {
        switch try node.string("cast_to", default: "TO_FLOAT") {
        case "TO_FLOAT": dataType = .float32
        case "TO_STRING": dataType = .string
        case "TO_INT64": dataType = .int64
        case let other: throw node.malformed("cast_to '\(other)' is not known")
        }
        switch try node.string("map_form", default: "DENSE") {
        case "DENSE": places = nil
        case "SPARSE":
            let count = try node.int("max_map", default: 1)
            guard count >= 0, count < Int(Int32.max) else { throw node.malformed("max_map is \(count)") }
            places = count
        case let other: throw node.malformed("map_form '\(other)' is not known")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard let fact = inputs.first ?? nil, case .map(.int64, .tensor(let type)) = fact.type,
            type == .float32 || type == .string
        else { throw EngineError(.malformedModel, "the input must be a map from int64 to float32 or string") }
        return [Fact(dataType, [1, places.map(Dim.known) ?? .unknown])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        guard case .map(let entries, _)? = run.value(0) else { throw EngineError(.invalidInput, "the input must be a map") }
        var values: [(key: Int, value: Tensor)] = []
        for entry in entries {
            guard let key = entry.key.tensor?.integers?.first, let value = entry.value.tensor, value.count == 1 else {
                throw EngineError(.invalidInput, "an entry of the map is not one number")
            }
            guard key >= 0 || places == nil else { throw EngineError(.invalidInput, "key \(key) is negative") }
            values.append((key, value))
        }
        values.sort { $0.key < $1.key }
        let count = places ?? values.count
        let target = run.allocate(0, dataType: dataType, shape: Shape([1, count]))
        var texts = [ByteString](repeating: "0.f", count: dataType == .string ? count : 0)
        if dataType != .string {
            target.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: target.byteCount)
        }
        for (index, entry) in values.enumerated() {
            let place = places == nil ? index : entry.key
            if place >= count { continue }
            switch dataType {
            case .string: texts[place] = Self.text(entry.value)
            case .int64: target.mutablePointer(as: Int64.self)[place] = try Self.integer(entry.value)
            default: target.mutablePointer(as: Float.self)[place] = try Self.float(entry.value)
            }
        }
        if dataType == .string { target.setStrings(texts) }
    }

    private static func float(_ value: Tensor) throws(EngineError) -> Float {
        guard value.dataType == .string else { return value.pointer(as: Float.self).pointee }
        let text = value.strings[0].string
        guard let number = Float(text) else { throw EngineError(.invalidInput, "'\(text)' is no number") }
        return number
    }

    private static func integer(_ value: Tensor) throws(EngineError) -> Int64 {
        if value.dataType != .string {
            return Int64(exactly: value.pointer(as: Float.self).pointee.rounded(.towardZero)) ?? .min
        }
        let text = value.strings[0].string
        guard let number = Int64(text) else { throw EngineError(.invalidInput, "'\(text)' is no whole number") }
        return number
    }

    /// Numbers have six digits after the point.
    private static func text(_ value: Tensor) -> ByteString {
        if value.dataType == .string { return value.strings[0] }
        let number = Double(value.pointer(as: Float.self).pointee)
        if !number.isFinite { return ByteString(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf") }
        // Every float is below 2^128, which has 39 digits.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let length = withVaList([number]) { vsnprintf(buffer.baseAddress, buffer.count, "%.6f", $0) }
            return ByteString(bytes: buffer.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) })
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("a map is one row")] }
        return [RowAxis.of(inputs, 0)]
    }
}
