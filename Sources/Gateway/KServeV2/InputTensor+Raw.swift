internal import Messages
internal import Serving
internal import Tensors

extension InputTensor {
    /// An input from its elements as the protocols send them raw: a view of them, but for strings, which are copied out.
    init(name: Name, _ dataType: DataType, _ dims: Dims, raw bytes: UnsafeRawBufferPointer) throws(ServingError) {
        guard dataType == .string else {
            self.init(name: name, dataType: dataType, dims: dims, contents: .bytes(bytes))
            return
        }
        var elements = RawBytesElements(bytes)
        var strings: [ByteString] = []
        // Never more than the bytes can hold, whatever the shape claims.
        strings.reserveCapacity(min(dims.checkedCount ?? 0, bytes.count / 4))
        while let element = elements.next() { strings.append(ByteString(bytes: Array(element))) }
        guard !elements.isTruncated else {
            throw ServingError(.invalidArgument, "input '\(name)': the bytes end inside element \(strings.count) of its BYTES elements")
        }
        self.init(
            name: name, dataType: .string, dims: dims, contents: .tensor(Tensor(strings: strings, shape: Shape([strings.count]))))
    }
}

extension WireBuffer {
    /// Appends strings as the protocols send them raw.
    mutating func append(raw strings: ArraySlice<ByteString>) {
        for string in strings { string.bytes.withUnsafeBytes { append(rawElement: $0) } }
    }
}
