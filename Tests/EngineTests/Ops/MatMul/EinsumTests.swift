import Engine
import Tensors
import Testing

@Suite struct EinsumTests {
    private func run(_ equation: String, _ inputs: [Tensor]) throws -> Tensor {
        try apply("Einsum", inputs, ["equation": .string(ByteString(equation))])[0]
    }

    @Test func `products, sums, diagonals and transpositions`() throws {
        let (a, b) = (Tensor.counting([2, 3]), Tensor.counting([3, 2]))
        #expect(try run("ij,jk->ik", [a, b]).floats == [10, 13, 28, 40])
        #expect(try run("ij,jk", [a, b]).floats == [10, 13, 28, 40])
        #expect(try run("ij->ji", [a]).floats == [0, 3, 1, 4, 2, 5])
        #expect(try run("ij->", [a]).floats == [15])
        #expect(try run("ij->i", [a]).floats == [3, 12])
        #expect(try run("ii->i", [.counting([3, 3])]).floats == [0, 4, 8])
        #expect(try run("ii", [.counting([3, 3])]).floats == [12])
        #expect(try run(" i , j -> i j ", [.counting([2]), .counting([3])]).floats == [0, 0, 0, 0, 1, 2])
        #expect(try run("ij,ij->ij", [a, a]).floats == [0, 1, 4, 9, 16, 25])
        #expect(try run("ij,jk,kl->il", [a, b, .counting([2, 2])]).floats == [26, 49, 80, 148])
        #expect(try run("ij,i,j->", [a, .counting([2]), .counting([3])]).floats == [14])
    }

    @Test func `an ellipsis stands for the axes that have no letter`() throws {
        let a = Tensor.counting([2, 1, 2, 3])
        #expect(try run("...ij->...ji", [a]).shape == [2, 1, 3, 2])
        #expect(try run("...ij,...jk->...ik", [a, .counting([4, 3, 2])]).shape == [2, 4, 2, 2])
        #expect(try run("...->...", [a]).floats == a.floats)
        #expect(try run("i...->...", [a]).shape == [1, 2, 3])
        #expect(try run("...i->...", [a]).floats == [3, 12, 21, 30])
    }

    @Test func `integers, wide floats and nothing at all`() throws {
        #expect(try run("i,i->", [.int64s([1, 2], [2]), .int64s([3, 4], [2])]).int64s == [11])
        #expect(try run("i,i->", [.doubles([1, 2], [2]), .doubles([3, 4], [2])]).doubles == [11])
        #expect(try run("ij,jk->ik", [.floats([], [2, 0]), .floats([], [0, 2])]).floats == [0, 0, 0, 0])
        #expect(try run("ij->ji", [.floats([], [0, 3])]).shape == [3, 0])
    }

    @Test func `an equation that makes no sense is refused`() {
        let a = Tensor.counting([2, 3])
        for equation in ["ij,jk->ik", "ij->k", "ij->ii", "ijk->i", "i-j", "i..j", "ij->i,j", "i1->i", "...i...->i", "ij->ij->ij", "ii->i", "->"] {
            #expect(throws: EngineError.self, "\(equation)") { try run(equation, [a]) }
        }
    }

    @Test func `a row has the same bits alone and among others`() throws {
        let inputs: [(Tensor?, axis: Int?)] = [(.scattered([5, 4, 7]), 0), (.scattered([7, 6], seed: 3), nil)]
        try expectSameBitsAlone("Einsum", inputs, ["equation": .string("bij,jk->bik")])
        try expectSameBitsAlone("Einsum", [(.scattered([5, 2, 7]), 0), (.scattered([5, 3, 7], seed: 3), 0)], ["equation": .string("bqd,bkd->bqk")])
    }
}
