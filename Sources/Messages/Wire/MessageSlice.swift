/// A part of a message that is written in parts.
public struct MessageSlice: @unchecked Sendable {
    // Sendable because the bytes are only read.
    public let bytes: UnsafeRawBufferPointer

    /// For a part that was given by reference: how many were given before it. Nil for the bytes that the
    /// writer holds. References that the writer copied make no slice.
    public let reference: Int?

    init(_ bytes: UnsafeRawBufferPointer, index reference: Int? = nil) {
        self.bytes = bytes
        self.reference = reference
    }
}
