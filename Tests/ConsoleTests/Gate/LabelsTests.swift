import Console
import Tensors
import Testing

@Suite struct LabelsTests {
    private let labels = Tensor([2, 0] as [Int64], dataType: .int64, shape: Shape([2]))

    @Test func `labels of the same shape are compared one by one`() {
        let answer = Tensor([2, 1] as [Int64], dataType: .int64, shape: Shape([2]))
        #expect(Labels.right(answer, labels) == (2, 1))
    }

    @Test func `the highest score of a row is its class`() {
        let scores = Tensor([0.1, 0.2, 0.7, 0.3, 0.4, 0.3] as [Float], dataType: .float32, shape: Shape([2, 3]))
        #expect(Labels.right(scores, labels) == (2, 1))
    }

    @Test func `a missing answer is wrong for every label`() {
        #expect(Labels.right(nil, labels) == (2, 0))
        #expect(Labels.right(Tensor([1, 2, 3] as [Float], dataType: .float32, shape: Shape([3])), labels) == (2, 0))
    }

    @Test func `words are compared as they are`() {
        let truth = Tensor(strings: [ByteString("a"), ByteString("b")], shape: Shape([2]))
        let answer = Tensor(strings: [ByteString("a"), ByteString("c")], shape: Shape([2]))
        #expect(Labels.right(answer, truth) == (2, 1))
    }
}
