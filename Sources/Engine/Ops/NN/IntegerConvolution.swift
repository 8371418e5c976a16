internal import Kernels
internal import Tensors

/// Convolutions of 8-bit elements less their zero points, summed in int32: ConvInteger, and within QLinearConv.
struct IntegerConvolution: Operation {
    let attributes: ConvolutionAttributes

    static let entries: [OperatorEntry] = [
        OperatorEntry("ConvInteger") { node throws(EngineError) in
            IntegerConvolution(attributes: try ConvolutionAttributes(node))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let node = attributes.node
        let x = try node.tensorFact(inputs, 0, "x", Node.eightBit)
        let w = try node.tensorFact(inputs, 1, "w", Node.eightBit)
        let xZero = try node.optionalTensorFact(inputs, 2, "x_zero_point", Node.eightBit)
        let wZero = try node.optionalTensorFact(inputs, 3, "w_zero_point", Node.eightBit)
        if let count = xZero?.shape?.count, count != 1 { throw node.malformed("input 'x_zero_point' must have one element, not \(count)") }
        try node.checkGranularity(wZero, "w_zero_point", extent: w.dim(0))
        return [try node.outputFact(.int32, try attributes.output(x, w))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let sizes = try attributes.sizes(x.shape, w.shape)
        let sums = run.output(0).mutablePointer(as: Int32.self)
        Self.convolve(
            run, sizes, isPointwise: attributes.window.isPointwise(kernel: Array(w.shape.dims[2...])), x, w, run.optionalTensor(2),
            run.optionalTensor(3), into: sums
        ) { _, _, _, _ in }
    }

    /// Hands the sums of one line of positions of one feature map to `store`: map, first element of the output, sums, count.
    ///
    /// - Parameters:
    ///   - isPointwise: whether each output reads the input's elements at its own position alone.
    ///   - output: where all sums are written instead of being handed to `store`, if they are wanted as they are.
    static func convolve(
        _ run: NodeRun, _ sizes: ConvolutionSizes, isPointwise: Bool, _ x: Tensor, _ w: Tensor, _ xZero: Tensor?, _ wZero: Tensor?,
        into output: UnsafeMutablePointer<Int32>? = nil, store: (Int, Int, UnsafePointer<Int32>, Int) -> Void
    ) {
        let kernels = Kernels.table.integer
        let (outputs, inputs, depth, maps) = (sizes.window.outputCount, sizes.window.inputCount, sizes.depth, sizes.maps)
        let (input, weights) = (IntegerOperand(x, zeroPoint: xZero), IntegerOperand(w, zeroPoint: wZero))
        let zeros = run.scratch(Int32.self, count: sizes.group * maps)
        for map in 0..<sizes.group * maps { zeros[map] = weights.zeroPoints[weights.zeroPoints.count == 1 ? 0 : map] }
        let padding = UInt8(truncatingIfNeeded: input.zeroPoints[0])
        let block = sizes.positionsPerBlock
        let blocks = (outputs + block - 1) / block
        run.parallel(sizes.batch * sizes.group * blocks, costPerPiece: 2 &* maps &* depth &* block) { pieces in
            LaneScratch.with(UInt8.self, count: kernels.scratchBytes(maps, block, depth)) { scratch in
                LaneScratch.with(UInt8.self, count: kernels.packedBytes(depth, block)) { packed in
                    LaneScratch.with(Int32.self, count: output == nil ? maps * block : 0) { sums in
                        LaneScratch.with(UInt8.self, count: isPointwise ? 0 : depth * block) { columns in
                            for piece in pieces {
                                let (image, index) = piece.quotientAndRemainder(dividingBy: blocks)
                                let positions = index * block..<min(outputs, (index + 1) * block)
                                let (group, count) = (image % sizes.group, positions.count)
                                let source = input.elements + image * sizes.channels * inputs
                                if isPointwise {
                                    kernels.packB(
                                        source + positions.lowerBound, input.isSigned, inputs, 1, depth, count,
                                        UnsafeMutableRawPointer(packed))
                                } else {
                                    Columns.fill(
                                        source, channels: sizes.channels, sizes.window, positions: positions, into: columns,
                                        padding: padding)
                                    kernels.packB(
                                        UnsafePointer(columns), input.isSigned, count, 1, depth, count, UnsafeMutableRawPointer(packed))
                                }
                                let first = image * maps * outputs + positions.lowerBound
                                var call = GemmInt8(
                                    rows: maps, columns: count, depth: depth, a: weights.elements + group * maps * depth,
                                    aIsSigned: weights.isSigned, aRowStride: depth, packedB: UnsafeRawPointer(packed),
                                    bIsSigned: input.isSigned, c: output.map { $0 + first } ?? sums, cRowStride: output == nil ? count : outputs,
                                    scratch: UnsafeMutableRawPointer(scratch))
                                call.aZeroPoints = UnsafePointer(zeros) + group * maps
                                call.bZeroPoint = input.zeroPoints[0]
                                if maps > 0, count > 0 { kernels.multiply(call) }
                                guard output == nil else { continue }
                                for map in 0..<maps {
                                    store(group * maps + map, first + map * outputs, UnsafePointer(sums) + map * count, count)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ConvolutionAttributes.rows(inputs)] }
}
