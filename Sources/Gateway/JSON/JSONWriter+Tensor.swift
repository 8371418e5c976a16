package import JSON
internal import Messages
package import Serving
internal import Tensors

extension JSONWriter {
    /// How strings among the elements are written.
    package enum StringForm {
        /// As text; bytes that are no UTF-8 are replaced.
        case text
        /// As text where they are UTF-8, else as `{"b64": "…"}`.
        case textOrBase64
        /// As `{"b64": "…"}`.
        case base64
    }

    /// The elements of `range` one after the other, without brackets.
    package mutating func elements(of output: OutputTensor, in range: Range<Int>, strings form: StringForm = .text) {
        let bytes = output.bytes
        switch output.dataType {
        case .string:
            let strings = output.strings
            for index in range { element(strings[strings.startIndex + index], form) }
        case .float32: each(bytes, range, Float.self) { $0.float($1) }
        case .float64: each(bytes, range, Double.self) { $0.double($1) }
        case .float16: each(bytes, range, UInt16.self) { $0.float(HalfPrecision.value(of: $1)) }
        case .bfloat16: each(bytes, range, UInt16.self) { $0.float(BFloat16.widened($1)) }
        case .bool: each(bytes, range, UInt8.self) { $0.bool($1 != 0) }
        case .int8, .int4, .int2: each(bytes, range, Int8.self) { $0.integer($1) }
        case .int16: each(bytes, range, Int16.self) { $0.integer($1) }
        case .int32: each(bytes, range, Int32.self) { $0.integer($1) }
        case .int64: each(bytes, range, Int64.self) { $0.integer($1) }
        case .uint16: each(bytes, range, UInt16.self) { $0.integer($1) }
        case .uint32: each(bytes, range, UInt32.self) { $0.integer($1) }
        case .uint64: each(bytes, range, UInt64.self) { $0.integer($1) }
        case .complex64, .complex128:
            // No protocol here has a word for them: real and imaginary parts in turn.
            let isSingle = output.dataType == .complex64
            let parts = range.lowerBound * 2..<range.upperBound * 2
            if isSingle { each(bytes, parts, Float.self) { $0.float($1) } } else { each(bytes, parts, Double.self) { $0.double($1) } }
        default: each(bytes, range, UInt8.self) { $0.integer($1) }
        }
    }

    /// The tensor as lists of lists; a scalar as its element.
    package mutating func nested(_ output: OutputTensor, strings form: StringForm = .text) {
        nested(output, axis: 0, start: 0, count: output.count, form)
    }

    /// What lies at one index of the leading axis, as lists of lists.
    package mutating func row(_ row: Int, of output: OutputTensor, strings form: StringForm = .text) {
        guard output.dims.count > 0, output.dims[0] > 0 else { return nested(output, strings: form) }
        let width = output.count / output.dims[0]
        nested(output, axis: 1, start: row * width, count: width, form)
    }

    private mutating func nested(_ output: OutputTensor, axis: Int, start: Int, count: Int, _ form: StringForm) {
        guard axis < output.dims.count else { return elements(of: output, in: start..<start + count, strings: form) }
        beginArray()
        if axis == output.dims.count - 1 {
            elements(of: output, in: start..<start + count, strings: form)
        } else {
            let extent = max(0, output.dims[axis])
            let width = extent == 0 ? 0 : count / extent
            for index in 0..<extent { nested(output, axis: axis + 1, start: start + index * width, count: width, form) }
        }
        endArray()
    }

    private mutating func element(_ string: ByteString, _ form: StringForm) {
        switch form {
        case .text: self.string(utf8: string.bytes)
        case .textOrBase64:
            if let text = String(validating: string.bytes, as: UTF8.self) { self.string(text) } else { base64(string) }
        case .base64: base64(string)
        }
    }

    private mutating func base64(_ string: ByteString) {
        beginObject()
        key("b64")
        self.string(TextBase64.encode(string.bytes))
        endObject()
    }

    @inline(__always)
    private mutating func each<Element: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ type: Element.Type, _ write: (inout JSONWriter, Element) -> Void
    ) {
        for index in range { write(&self, bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)) }
    }
}
