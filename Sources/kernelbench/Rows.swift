import Kernels

/// Elements per second of everything that walks over rows, from the first-level cache.
func benchRows(_ table: KernelTable) {
    let count = 2048
    let x = floats(count * 2)
    let z = floats(count)
    let y = floats(count * 2)
    func line(_ name: String, _ count: Int, _ body: () -> Void) {
        print("  \(column(name, 14))\(column(Double(count) / seconds(body) * 1e-9, places: 2)) Gelement/s")
    }
    for function in Reference.unaries {
        let kernel = function.kernel(table)
        line(function.name, count) { kernel(x, y, count) }
    }
    line("relu", count) { table.unary.activate(.relu, x, y, count) }
    line("hardSwish", count) { table.unary.activate(.hardSwish, x, y, count) }
    line("add", count) { table.binary.add(BinaryOperand(x, rowStride: count), BinaryOperand(z, rowStride: count), y, 1, count) }
    line("softmax 128", count) { table.rows.softmax(x, y, count / 128, 128) }
    line("softmax 1000", 2000) { table.rows.softmax(x, y, 2, 1000) }
    line("layer norm 384", 1920) { table.rows.layerNorm(x, z, z, 1e-5, y, 5, 384) }
    line("sum", count) { table.rows.sum(x, y, 1, count) }
    line("maximum", count) { table.rows.maximum(x, y, 1, count) }
    line("transpose 32²", 1024) { table.layout.transpose(x, 32, y, 32, 32, 32) }
    let big = floats(512 * 512)
    let other = floats(512 * 512)
    line("transpose 512²", 512 * 512) { table.layout.transpose(big, 512, other, 512, 512, 512) }
    line("to blocked", 64 * 3136) { table.layout.toBlocked(big, other, 64, 3136) }
    line("from blocked", 64 * 3136) { table.layout.fromBlocked(big, other, 64, 3136) }
    var pooling = Pooling(inputHeight: 112, inputWidth: 112, outputHeight: 56, outputWidth: 56, kernelHeight: 3, kernelWidth: 3)
    pooling.strideHeight = 2
    pooling.strideWidth = 2
    pooling.padTop = 1
    pooling.padLeft = 1
    line("max pool blocked", 56 * 56 * table.lanes) { table.pooling.blockedMaximum(pooling, big, other, 1) }
    line("max pool", 56 * 56 * 16) { table.pooling.maximum(pooling, big, other, 16) }
    let bytes = UnsafeMutableRawPointer(y).assumingMemoryBound(to: UInt8.self)
    line("quantize", count) { table.integer.quantize(x, 0.01, 3, false, bytes, count) }
    line("dequantize", count) { table.integer.dequantize(bytes, false, 0.01, 3, y + count, count) }
    let halves = UnsafeMutableRawPointer(y).assumingMemoryBound(to: UInt16.self)
    line("float to half", count) { table.conversion.floatToHalf(x, halves, count) }
    line("half to float", count) { table.conversion.halfToFloat(halves, y + count, count) }
}
