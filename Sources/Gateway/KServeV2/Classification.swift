internal import Glibc
internal import Serving
internal import Synchronization
internal import Tensors

/// Answers with the best classes of an output in place of its numbers: `value:index` or `value:index:label` strings, the best first.
enum Classification {
    /// - Parameters:
    ///   - count: classes a row; as many as there are when that is less.
    ///   - hasRows: the leading axis is the batch.
    ///   - labels: names by index; empty for none.
    static func classes(of output: OutputTensor, count: Int, hasRows: Bool, labels: [String]) throws(ServingError) -> OutputTensor {
        guard output.dims.count > 0, let values = Self.values(of: output) else {
            throw ServingError(.invalidArgument, "output '\(output.name)' of type \(output.dataType.kserveName) cannot be classified")
        }
        let rows = hasRows ? max(0, output.dims[0]) : 1
        let width = rows == 0 ? 0 : output.count / rows
        let best = min(count, width)
        var strings: [ByteString] = []
        for row in 0..<rows {
            let places = (0..<width).sorted { left, right in
                let (first, second) = (values[row * width + left], values[row * width + right])
                // A NaN is never better than a number.
                if first.isNaN || second.isNaN { return !first.isNaN && second.isNaN ? true : first.isNaN == second.isNaN && left < right }
                return first == second ? left < right : first > second
            }
            for place in places.prefix(best) {
                let label = place < labels.count ? ":" + labels[place] : ""
                strings.append(ByteString(fixed(values[row * width + place]) + ":\(place)" + label))
            }
        }
        let shape = Shape(hasRows ? [rows, best] : [best])
        return OutputTensor(name: output.name, Tensor(strings: strings, shape: shape))
    }

    /// Six digits behind the point, as C's `%f`.
    private static func fixed(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%f", $0) }
        return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// All elements as doubles; nil for types that have no order.
    static func values(of output: OutputTensor) -> [Double]? {
        func all<Element: BitwiseCopyable>(_ type: Element.Type, _ convert: (Element) -> Double) -> [Double] {
            let bytes = output.bytes
            return (0..<output.count).map {
                convert(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self))
            }
        }
        return switch output.dataType {
        case .float32: all(Float.self) { Double($0) }
        case .float64: all(Double.self) { $0 }
        case .float16: all(UInt16.self) { Double(HalfPrecision.value(of: $0)) }
        case .bfloat16: all(UInt16.self) { Double(BFloat16.widened($0)) }
        case .int8: all(Int8.self) { Double($0) }
        case .int16: all(Int16.self) { Double($0) }
        case .int32: all(Int32.self) { Double($0) }
        case .int64: all(Int64.self) { Double($0) }
        case .uint8, .bool: all(UInt8.self) { Double($0) }
        case .uint16: all(UInt16.self) { Double($0) }
        case .uint32: all(UInt32.self) { Double($0) }
        case .uint64: all(UInt64.self) { Double($0) }
        default: nil
        }
    }
}

/// The names of classes, from the files that configurations name. Read once a version.
final class ClassLabels: Sendable {
    private struct Key: Hashable {
        var version: VersionIdentity
        var output: String
    }

    private let repositories: [String]
    private let known = Mutex<[Key: [String]]>([:])

    /// Bytes of one file of names. Beyond: it is not used.
    private static let maxFileBytes = 8 << 20
    /// Lists kept. Beyond: all are read anew.
    private static let maxKnown = 1024

    init(repositories: [String]) { self.repositories = repositories }

    /// The names for an output, by index; empty when there are none.
    func labels(of output: String, _ version: ModelVersion) -> [String] {
        guard let file = version.spec.outputs.first(where: { $0.name == output })?.labelFile, !file.isEmpty, !file.contains("..") else {
            return []
        }
        let key = Key(version: version.identity, output: output)
        if let labels = known.withLock({ $0[key] }) { return labels }
        let labels = repositories.lazy.compactMap { Self.read("\($0)/\(version.model)/\(file)") }.first ?? []
        known.withLock { known in
            if known.count >= Self.maxKnown { known = [:] }
            known[key] = labels
        }
        return labels
    }

    private static func read(_ path: String) -> [String]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part[..<count]
            guard bytes.count <= maxFileBytes else { return nil }
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
