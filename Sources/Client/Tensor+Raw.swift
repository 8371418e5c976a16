internal import Messages
package import Tensors

extension Tensor {
    /// The strings as the protocol packs them: each behind its length in 4 bytes, little-endian. Empty for other types.
    package var packedStrings: [UInt8] {
        guard dataType == .string else { return [] }
        var buffer = WireBuffer()
        for string in strings { string.bytes.withUnsafeBytes { buffer.append(rawElement: $0) } }
        return Array(buffer.bytes)
    }
}
