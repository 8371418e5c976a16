internal import Client
internal import Messages
package import Tensors

/// An output that an answer must have.
package struct ExpectedTensor: Sendable {
    var name: String
    var datatype: InferDatatype
    /// -1 where any size fits.
    var shape: [Int64]
    /// The elements as they are on the wire; nil when any will do.
    var values: [UInt8]?
    /// Of the largest magnitude, for floating point.
    var tolerance = 0.0

    package init(_ port: ModelSignature.Port) {
        name = port.name
        datatype = port.datatype
        shape = port.shape
    }

    package init?(name: String, golden: Tensor, tolerance: Double) {
        guard let datatype = InferDatatype(golden.dataType.kserveName) else { return nil }
        self.name = name
        self.datatype = datatype
        shape = golden.shape.dims.map(Int64.init)
        values = WireElements.bytes(of: golden)
        self.tolerance = tolerance
    }

    /// What is wrong with an output, or nil. `raw` is called with the number of elements.
    func fault(
        datatype found: InferDatatype?, shape sizes: some Collection<Int64>, raw: (Int) throws -> UnsafeRawBufferPointer
    ) rethrows -> String? {
        guard found == datatype else {
            return "output '\(name)' is \(found.map { "\($0.name)" } ?? "of an unknown type"), expected \(datatype.name)"
        }
        guard sizes.count == shape.count, zip(sizes, shape).allSatisfy({ $0 >= 0 && ($1 < 0 || $0 == $1) }) else {
            return "output '\(name)' has shape \(Array(sizes)), expected \(shape)"
        }
        guard let count = Shape(checking: sizes.map { Int(clamping: $0) })?.count else { return "output '\(name)' has an impossible shape" }
        let bytes = try raw(count)
        if let width = datatype.elementBytes {
            guard bytes.count == count &* width else { return "output '\(name)' has \(bytes.count) bytes, expected \(count &* width)" }
        } else if let fault = WireElements.faultOfStrings(bytes, count: count) {
            return "output '\(name)' \(fault)"
        }
        guard let values else { return nil }
        return values.withUnsafeBytes { WireElements.difference(bytes, $0, datatype, tolerance: tolerance) }.map {
            "output '\(name)' \($0)"
        }
    }
}
