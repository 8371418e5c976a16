import Engine
import Tensors
import Testing

@Suite struct SamplingTests {
    private let x = Tensor.floats([1, 2, 3, 4], [1, 1, 2, 2])

    private func sample(_ places: [Float], _ attributes: [String: Attribute]) throws -> [Float] {
        try apply("GridSample", [x, .floats(places, [1, 1, places.count / 2, 2])], version: 20, attributes)[0].floats
    }

    @Test func `corners, the middle and the outside`() throws {
        #expect(try sample([-1, -1, 1, 1, 0, 0], ["align_corners": .int(1)]) == [1, 4, 2.5])
        #expect(try sample([-0.5, -0.5, 0.5, 0.5, 0, 0], [:]) == [1, 4, 2.5])
        #expect(try sample([-1, -1, -3, 0], [:]) == [0.25, 0])
        #expect(try sample([-1, -1, -3, -3], ["padding_mode": .string("border")]) == [1, 1])
        #expect(try sample([-3, -1], ["padding_mode": .string("reflection"), "align_corners": .int(1)]) == [2])
        #expect(try sample([0.4, 0.4], ["mode": .string("nearest")]) == [4])
    }

    @Test(arguments: ["nearest", "linear", "cubic"], ["zeros", "border", "reflection"])
    func `no coordinate can do harm`(mode: String, padding: String) throws {
        let wild: [Float] = [.nan, 0, .infinity, -.infinity, 1e30, -1e30, 3e9, 1, 0, .nan, -5e18, 7]
        let y = try sample(wild, ["mode": .string(ByteString(mode)), "padding_mode": .string(ByteString(padding))])
        #expect(y.count == wild.count / 2)
    }

    @Test func `an image has the same bits alone and among others`() throws {
        let grid = Tensor.scattered([3, 4, 5, 2], seed: 6)
        for mode in ["nearest", "linear", "cubic"] {
            try expectSameBitsAlone("GridSample", [(.scattered([3, 2, 6, 7]), 0), (grid, 0)], version: 20, ["mode": .string(ByteString(mode))])
        }
        #expect(try apply("GridSample", [.floats([], [0, 1, 2, 2]), .floats([], [0, 3, 3, 2])], version: 20)[0].shape == [0, 1, 3, 3])
        #expect(fault("GridSample", [x, .scattered([1, 2, 2, 3])], version: 20) != nil)
        #expect(fault("GridSample", [x, .scattered([2, 2, 2, 2])], version: 20) != nil)
    }

    @Test func `a grid of the identity leads back to the image`() throws {
        let theta = Tensor.floats([1, 0, 0, 0, 1, 0], [1, 2, 3])
        for aligned in [0, 1] {
            let grid = try apply("AffineGrid", [theta, .int64s([1, 1, 2, 2], [4])], ["align_corners": .int(aligned)])[0]
            #expect(grid.shape == [1, 2, 2, 2])
            #expect(try apply("GridSample", [x, grid], version: 20, ["align_corners": .int(aligned)])[0].floats == x.floats)
        }
        #expect(try apply("AffineGrid", [.scattered([2, 3, 4]), .int64s([2, 1, 2, 3, 4], [5])])[0].shape == [2, 2, 3, 4, 3])
        #expect(fault("AffineGrid", [theta, .int64s([1, 1, 2], [3])]) != nil)
        #expect(fault("AffineGrid", [theta, .int64s([1, 1, -2, 2], [4])]) != nil)
        #expect(fault("AffineGrid", [theta, .int64s([1, .max, .max, 2], [4])]) != nil)
    }

    @Test func `blocks of positions and channels change places`() throws {
        let deep = Tensor.counting([1, 8, 1, 1])
        let rows = try apply("DepthToSpace", [deep], ["blocksize": .int(2)])[0]
        #expect(rows.shape == [1, 2, 2, 2] && rows.floats == [0, 2, 4, 6, 1, 3, 5, 7])
        let columns = try apply("DepthToSpace", [deep], ["blocksize": .int(2), "mode": .string("CRD")])[0]
        #expect(columns.floats == [0, 1, 2, 3, 4, 5, 6, 7])
        for mode in ["DCR", "CRD"] {
            let flat = try apply("DepthToSpace", [.counting([2, 12, 2, 3])], ["blocksize": .int(2), "mode": .string(ByteString(mode))])[0]
            #expect(try apply("SpaceToDepth", [flat], version: 28, ["blocksize": .int(2), "mode": .string(ByteString(mode))])[0].floats == Tensor.counting([2, 12, 2, 3]).floats)
        }
        #expect(try apply("SpaceToDepth", [.strings(["a", "b", "c", "d"], [1, 1, 2, 2])], ["blocksize": .int(2)])[0].texts == ["a", "b", "c", "d"])
        for size in [0, -1, 3, Int.max] { #expect(fault("DepthToSpace", [deep], ["blocksize": .int(size)]) != nil) }
        #expect(fault("SpaceToDepth", [.counting([1, 1, 3, 3])], ["blocksize": .int(2)]) != nil)
        #expect(try apply("SpaceToDepth", [.floats([], [0, 1, 4, 4])], ["blocksize": .int(2)])[0].shape == [0, 4, 2, 2])
    }
}
