import Kernels

/// The largest error of every function over all floats, or over a part of them.
func measureAccuracy(_ table: KernelTable, stride: UInt32) {
    for function in Reference.unaries {
        let (ulps, at) = Reference.worst(function, table, first: 0, stride: stride)
        print("  \(column(function.name, 10)) \(column(ulps, places: 2)) ulp at \(at)")
    }
}
