import Engine
import Tensors
import Testing

@Suite struct PoolTests {
    private let x = Tensor.counting([1, 1, 4, 4])

    @Test func `the largest under each window`() throws {
        let window: [String: Attribute] = ["kernel_shape": .ints([2, 2])]
        #expect(try apply("MaxPool", [x], window)[0].floats == [5, 6, 7, 9, 10, 11, 13, 14, 15])
        #expect(try apply("MaxPool", [x], window.merging(["strides": .ints([2, 2])]) { $1 })[0].floats == [5, 7, 13, 15])
        #expect(try apply("MaxPool", [x], window.merging(["dilations": .ints([2, 2])]) { $1 })[0].floats == [10, 11, 14, 15])
        let ceiling = window.merging(["strides": .ints([3, 3]), "ceil_mode": .int(1)]) { $1 }
        #expect(try apply("MaxPool", [x], ceiling)[0].floats == [5, 7, 13, 15])
        #expect(try apply("MaxPool", [.floats([-1, -2], [1, 1, 2])], ["kernel_shape": .ints([2]), "pads": .ints([1, 1])])[0].floats == [-1, -1, -2])
        #expect(try apply("MaxPool", [.floats([], [0, 3, 4, 4])], window)[0].shape == [0, 3, 3, 3])
    }

    @Test func `bytes and where the largest was`() throws {
        let bytes = Tensor.uint8s([1, 9, 3, 4], [1, 1, 2, 2])
        #expect(try apply("MaxPool", [bytes], ["kernel_shape": .ints([2, 1])])[0].elements(as: UInt8.self) == [3, 9])
        let signed = Tensor.int8s([-1, -9, -3, -4], [1, 1, 2, 2])
        #expect(try apply("MaxPool", [signed], ["kernel_shape": .ints([2, 1])])[0].elements(as: Int8.self) == [-1, -4])
        let both = try apply("MaxPool", [.counting([1, 2, 2, 3])], outputs: 2, ["kernel_shape": .ints([2, 2])])
        #expect(both[1].int64s == [4, 5, 10, 11])
        let columns = try apply("MaxPool", [.counting([1, 2, 2, 3])], outputs: 2, ["kernel_shape": .ints([2, 2]), "storage_order": .int(1)])
        #expect(columns[1].int64s == [3, 5, 9, 11])
    }

    @Test func `the mean counts padding only when asked to`() throws {
        let window: [String: Attribute] = ["kernel_shape": .ints([2, 2]), "pads": .ints([1, 1, 0, 0]), "strides": .ints([2, 2])]
        #expect(try apply("AveragePool", [x], window)[0].floats == [0, 1.5, 6, 7.5])
        #expect(try apply("AveragePool", [x], window.merging(["count_include_pad": .int(1)]) { $1 })[0].floats == [0, 0.75, 3, 7.5])
        let ceiling: [String: Attribute] = ["kernel_shape": .ints([3]), "strides": .ints([2]), "ceil_mode": .int(1), "count_include_pad": .int(1)]
        #expect(try apply("AveragePool", [.floats([1, 2, 3, 4], [1, 1, 4])], ceiling)[0].floats == [2, 3.5])
    }

    @Test func `norms and whole planes`() throws {
        let y = Tensor.floats([3, -4, 0, 5], [1, 1, 4])
        #expect(try apply("LpPool", [y], ["kernel_shape": .ints([2])])[0].floats == [5, 4, 5])
        #expect(try apply("LpPool", [y], version: 1, ["kernel_shape": .ints([2]), "p": .float(1)])[0].floats == [7, 4, 5])
        #expect(try apply("GlobalAveragePool", [.counting([1, 2, 2, 2])])[0].floats == [1.5, 5.5])
        #expect(try apply("GlobalMaxPool", [.counting([1, 2, 2, 2])])[0].floats == [3, 7])
        #expect(try apply("GlobalLpPool", [.floats([3, 4], [1, 1, 2])])[0].floats == [5])
        #expect(try apply("GlobalMaxPool", [.counting([1, 2, 2, 2])])[0].shape == [1, 2, 1, 1])
    }

    @Test func `what was pooled goes back`() throws {
        let pooled = try apply("MaxPool", [x], outputs: 2, ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        let window: [String: Attribute] = ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]
        let back = try apply("MaxUnpool", [pooled[0], pooled[1]], window)[0]
        #expect(back.floats == [0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0, 13, 0, 15])
        let wider = try apply("MaxUnpool", [pooled[0], pooled[1], .int64s([1, 1, 5, 5], [4])], window)[0]
        #expect(wider.shape == [1, 1, 5, 5] && wider.floats[6] == 5 && wider.floats[18] == 15)
        #expect(fault("MaxUnpool", [pooled[0], .int64s([0, 1, 2, 16], [1, 1, 2, 2])], window)?.code == .invalidInput)
        #expect(fault("MaxUnpool", [pooled[0], .int64s([0, 1, 2, -1], [1, 1, 2, 2])], window)?.code == .invalidInput)
        #expect(fault("MaxUnpool", [pooled[0], pooled[1], .int64s([1, 1, -5, 5], [4])], window) != nil)
    }

    @Test func `a plane has the same bits alone and among others`() throws {
        let x = Tensor.scattered([3, 5, 9, 7])
        for name in ["MaxPool", "AveragePool", "LpPool"] {
            try expectSameBitsAlone(name, [(x, 0)], ["kernel_shape": .ints([3, 2]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 1])])
        }
        for name in ["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"] { try expectSameBitsAlone(name, [(x, 0)]) }
    }

    @Test func `what does not fit is refused, not run`() {
        for name in ["MaxPool", "AveragePool", "LpPool"] {
            #expect(fault(name, [x]) != nil)
            for wrong in [[0, 2], [5, 2], [2], [2, 2, 2], [Int.max, 1], [-1, 2]] { #expect(fault(name, [x], ["kernel_shape": .ints(wrong)]) != nil, "\(wrong)") }
            #expect(fault(name, [x], ["kernel_shape": .ints([2, 2]), "strides": .ints([0, 1])]) != nil)
            #expect(fault(name, [x], ["kernel_shape": .ints([2, 2]), "pads": .ints([1])]) != nil)
        }
        #expect(fault("LpPool", [x], ["kernel_shape": .ints([2, 2]), "p": .int(0)]) != nil)
        #expect(fault("GlobalMaxPool", [.floats([1], [1])]) != nil)
    }
}

@Suite struct RegionTests {
    private let x = Tensor.counting([1, 1, 6, 6])

    @Test func `bins of a region`() throws {
        let rois = Tensor.floats([0, 0, 6, 6], [1, 4])
        let whole = try apply("RoiAlign", [x, rois, .int64s([0], [1])], version: 10, ["output_height": .int(2), "output_width": .int(2), "sampling_ratio": .int(1)])[0]
        #expect(whole.floats == [10.5, 13.5, 28.5, 31.5])
        let shifted = try apply("RoiAlign", [x, rois, .int64s([0], [1])], version: 16, ["output_height": .int(2), "output_width": .int(2), "sampling_ratio": .int(1)])[0]
        #expect(shifted.floats == [7, 10, 25, 28])
        let pooled = try apply("MaxRoiPool", [x, .floats([0, 0, 0, 5, 5], [1, 5])], ["pooled_shape": .ints([2, 2])])[0]
        #expect(pooled.floats == [14, 17, 32, 35])
        #expect(try apply("RoiAlign", [x, .floats([], [0, 4]), .int64s([], [0])])[0].shape == [0, 1, 1, 1])
    }

    @Test func `regions that nobody can have meant`() {
        #expect(fault("RoiAlign", [x, .floats([0, 0, 1e9, 1], [1, 4]), .int64s([0], [1])])?.code == .invalidInput)
        #expect(fault("RoiAlign", [x, .floats([0, 0, 1, 1], [1, 4]), .int64s([1], [1])])?.code == .invalidInput)
        #expect(fault("RoiAlign", [x, .floats([.nan, 0, 1, .nan], [1, 4]), .int64s([0], [1])])?.code == .invalidInput)
        #expect(fault("MaxRoiPool", [x, .floats([1, 0, 0, 5, 5], [1, 5])], ["pooled_shape": .ints([1, 1])])?.code == .invalidInput)
        #expect(fault("MaxRoiPool", [x, .floats([0, 0, 0, .infinity, 5], [1, 5])], ["pooled_shape": .ints([1, 1])])?.code == .invalidInput)
        #expect(fault("RoiAlign", [x, .floats([0, 0, 1, 1], [1, 4]), .int64s([0], [1])], ["output_height": .int(0)]) != nil)
        #expect(fault("RoiAlign", [x, .floats([0, 0, 1, 1], [1, 4]), .int64s([0], [1])], ["sampling_ratio": .int(Int.max)]) != nil)
    }
}
