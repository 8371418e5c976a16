/// Moves of four-byte elements; bits are copied as they are, so integers may pass as floats.
public struct LayoutKernels: Sendable {
    /// y[c, r] = x[r, c], with rows of `xStride` and `yStride` elements.
    public let transpose:
        @Sendable (
            _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, _ rows: Int, _ columns: Int
        ) -> Void
    /// [channels, pixels] to [channels / lanes, pixels, lanes], zeros beyond the channels.
    public let toBlocked: @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ channels: Int, _ pixels: Int) -> Void
    /// [channels / lanes, pixels, lanes] to [channels, pixels].
    public let fromBlocked: @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ channels: Int, _ pixels: Int) -> Void

    public init(
        transpose: @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int, Int, Int) -> Void,
        toBlocked: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void,
        fromBlocked: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void
    ) {
        self.transpose = transpose
        self.toBlocked = toBlocked
        self.fromBlocked = fromBlocked
    }
}
