/// One operand of a binary kernel over `rows` × `columns`: element (r, i) is at `base[r·rowStride + i·step]`.
public struct BinaryOperand {
    public var base: UnsafePointer<Float>
    /// Distance between rows in elements; 0 repeats one row.
    public var rowStride: Int
    /// 1, or 0 to repeat one element along the row.
    public var step: Int

    public init(_ base: UnsafePointer<Float>, rowStride: Int, step: Int = 1) {
        self.base = base
        self.rowStride = rowStride
        self.step = step
    }
}

/// y[r, i] = a[r, i] ∘ b[r, i]; `y` is dense by rows of `columns` and may be an operand that covers it exactly.
public typealias BinaryKernel =
    @Sendable (_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) -> Void

/// Elementwise functions of two floats: equal shapes, and a scalar, a row or a column repeated on either side.
public struct BinaryKernels: Sendable {
    public let add: BinaryKernel
    public let subtract: BinaryKernel
    public let multiply: BinaryKernel
    public let divide: BinaryKernel
    /// NaN when either is NaN.
    public let minimum: BinaryKernel
    /// NaN when either is NaN.
    public let maximum: BinaryKernel

    public init(
        add: @escaping BinaryKernel, subtract: @escaping BinaryKernel, multiply: @escaping BinaryKernel,
        divide: @escaping BinaryKernel, minimum: @escaping BinaryKernel, maximum: @escaping BinaryKernel
    ) {
        self.add = add
        self.subtract = subtract
        self.multiply = multiply
        self.divide = divide
        self.minimum = minimum
        self.maximum = maximum
    }
}
