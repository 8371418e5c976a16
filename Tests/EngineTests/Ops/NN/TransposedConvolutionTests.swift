import Engine
import Tensors
import Testing

@Suite struct TransposedConvolutionTests {
    @Test func `every element spreads the kernel`() throws {
        let x = Tensor.floats([1, 2, 3, 4], [1, 1, 2, 2])
        let w = Tensor.floats([1, 10, 100, 1000], [1, 1, 2, 2])
        #expect(try apply("ConvTranspose", [x, w])[0].floats == [1, 12, 20, 103, 1234, 2040, 300, 3400, 4000])
        let strided = try apply("ConvTranspose", [x, w], ["strides": .ints([2, 2])])[0]
        #expect(strided.floats == [1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000])
        #expect(try apply("ConvTranspose", [x, w, .floats([5], [1])], ["pads": .ints([1, 1, 1, 1])])[0].floats == [1239])
    }

    @Test func `the output's size by padding, by shape and by rule`() throws {
        let (x, w) = (Tensor.scattered([1, 2, 3, 4]), Tensor.scattered([2, 3, 3, 3], seed: 2))
        func shape(_ attributes: [String: Attribute]) throws -> Shape { try apply("ConvTranspose", [x, w], attributes)[0].shape }
        #expect(try shape(["strides": .ints([2, 3])]) == [1, 3, 7, 12])
        #expect(try shape(["strides": .ints([2, 3]), "output_padding": .ints([1, 2])]) == [1, 3, 8, 14])
        #expect(try shape(["strides": .ints([2, 3]), "auto_pad": .string("SAME_UPPER")]) == [1, 3, 6, 12])
        #expect(try shape(["strides": .ints([2, 3]), "output_shape": .ints([6, 10])]) == [1, 3, 6, 10])
        #expect(try shape(["dilations": .ints([2, 2])]) == [1, 3, 7, 8])
        #expect(try apply("ConvTranspose", [.floats([], [0, 2, 3, 4]), w])[0].shape == [0, 3, 5, 6])
    }

    @Test(arguments: [1, 2]) func `an image has the same bits alone and among others`(group: Int) throws {
        let (x, w) = (Tensor.scattered([3, 4, 5, 6]), Tensor.scattered([4, 3, 3, 3], seed: 2))
        try expectSameBitsAlone("ConvTranspose", [(x, 0), (w, nil)], ["group": .int(group), "strides": .ints([2, 2])])
    }

    @Test func `what does not fit is refused, not run`() {
        let (x, w) = (Tensor.scattered([1, 2, 3, 4]), Tensor.scattered([2, 3, 3, 3]))
        let wrong: [[String: Attribute]] = [
            ["strides": .ints([0, 1])], ["strides": .ints([Int.max, 1])], ["output_padding": .ints([-1, 0])], ["output_padding": .ints([1])],
            ["output_shape": .ints([-1, 4])], ["output_shape": .ints([4])], ["pads": .ints([9, 9, 9, 9])], ["group": .int(3)], ["group": .int(-1)],
            ["dilations": .ints([Int(Int32.max), 1])], ["output_shape": .ints([Int(Int32.max), Int(Int32.max)])],
        ]
        for attributes in wrong.dropLast(2) { #expect(fault("ConvTranspose", [x, w], attributes) != nil, "\(attributes)") }
        #expect(fault("ConvTranspose", [x, .scattered([3, 3, 3, 3])]) != nil)
    }
}
