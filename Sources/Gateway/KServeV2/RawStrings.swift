internal import Messages
internal import Serving
internal import Tensors

/// BYTES elements as the protocol sends them raw: each behind its length in 4 bytes.
enum RawStrings {
    /// The elements. Never makes more than the bytes can hold, whatever the shape claims.
    static func tensor(_ bytes: UnsafeRawBufferPointer, input: some CustomStringConvertible, _ dims: Dims) throws(ServingError) -> Tensor {
        var elements = RawBytesElements(bytes)
        var strings: [ByteString] = []
        strings.reserveCapacity(min(dims.checkedCount ?? 0, bytes.count / 4))
        while let element = elements.next() { strings.append(ByteString(bytes: Array(element))) }
        guard !elements.isTruncated else {
            throw ServingError(.invalidArgument, "input '\(input)': the bytes end inside element \(strings.count) of its BYTES elements")
        }
        return Tensor(strings: strings, shape: Shape([strings.count]))
    }

    /// Appends elements in that form.
    static func append(_ strings: ArraySlice<ByteString>, to buffer: inout WireBuffer) {
        for element in strings {
            withUnsafeBytes(of: UInt32(clamping: element.bytes.count).littleEndian) { buffer.append($0) }
            element.bytes.withUnsafeBytes { buffer.append($0) }
        }
    }
}
