/// The elementwise ends of recurrent steps, one row of `count` units; the products before them are ``GemmKernels``'.
public struct RecurrentKernels: Sendable {
    /// i, o, f = sigmoid, g = tanh of `gates` [i, o, f, g][count]; c = f·c + i·g in place; h = o·tanh(c).
    /// `peepholes` is nil or [i, o, f][count], whose products with c enter the gates (o's with the new c).
    public let lstm:
        @Sendable (
            _ gates: UnsafePointer<Float>, _ peepholes: UnsafePointer<Float>?, _ cell: UnsafeMutablePointer<Float>,
            _ hidden: UnsafeMutablePointer<Float>, _ count: Int
        ) -> Void
    /// z, r = sigmoid(x + y) of `x` and `y` [z, r, n][count]; n = tanh(xₙ + r·yₙ); hidden = (1 − z)·n + z·previous.
    /// `hidden` may be `previous`.
    public let gru:
        @Sendable (
            _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ previous: UnsafePointer<Float>,
            _ hidden: UnsafeMutablePointer<Float>, _ count: Int
        ) -> Void

    public init(
        lstm:
            @escaping @Sendable (
                UnsafePointer<Float>, UnsafePointer<Float>?, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int
            ) -> Void,
        gru:
            @escaping @Sendable (
                UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
            ) -> Void
    ) {
        self.lstm = lstm
        self.gru = gru
    }
}
