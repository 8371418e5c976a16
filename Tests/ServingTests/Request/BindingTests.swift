import Serving
import Tensors
import Testing

@Suite struct `what a request must be` {
    static let models = ["m/1/model.test": "width 3\nstrings\noptional\nend\n"]
    static let strings = Tensor(strings: ["a"], shape: [1, 1])

    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var message: String
        var inputs: @Sendable () -> [InputTensor]
        var outputs: [Name] = []
        var testDescription: String { name }
    }

    static func x(_ dims: [Int] = [1, 3], _ type: DataType = .float32) -> InputTensor {
        InputTensor(name: "x", Tensor(dataType: type, shape: Shape(dims)))
    }

    static let s = InputTensor(name: "s", strings)

    static let faults = [
        Fault(
            name: "missing",
            message:
                "expected 3 inputs but got 1 inputs for model 'm'. Got input(s) ['x'], but missing required input(s) ['s']. Please provide all required input(s).",
            inputs: { [x()] }),
        Fault(
            name: "unknown", message: "unexpected inference input 'z' for model 'm', whose inputs are 'x', 's', 'o'",
            inputs: { [x(), s, InputTensor(name: "z", strings)] }),
        Fault(name: "twice", message: "input 'x' is given twice in a request for model 'm'", inputs: { [x(), x(), s] }),
        Fault(
            name: "data type", message: "inference input 'x' data-type is 'INT32', but model 'm' expects 'FP32'",
            inputs: { [x([1, 3], .int32), s] }),
        Fault(
            name: "extent", message: "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [1,4]", inputs: { [x([1, 4]), s] }),
        Fault(name: "rank", message: "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [3]", inputs: { [x([3]), s] }),
        Fault(
            name: "negative", message: "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [-1,3]",
            inputs: { [InputTensor(name: "x", dataType: .float32, dims: [-1, 3], contents: .bytes(UnsafeRawBufferPointer(start: nil, count: 0))), s] }),
        Fault(
            name: "overflow", message: "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [9223372036854775807,3]",
            inputs: { [InputTensor(name: "x", dataType: .float32, dims: [.max, 3], contents: .bytes(UnsafeRawBufferPointer(start: nil, count: 0))), s] }),
        Fault(
            name: "bytes", message: "input 'x' of model 'm' got 0 bytes, but its shape [1,3] of FP32 takes 12",
            inputs: { [InputTensor(name: "x", dataType: .float32, dims: [1, 3], contents: .bytes(UnsafeRawBufferPointer(start: nil, count: 0))), s] }),
        Fault(
            name: "elements", message: "input 's' of model 'm' got 1 elements, but its shape [2,1] takes 2",
            inputs: { [x([2, 3]), InputTensor(name: "s", dataType: .string, dims: [2, 1], contents: .tensor(strings))] }),
        Fault(
            name: "rows", message: "inputs 'x' and 's' of model 'm' must agree in an extent, but have 2 and 1", inputs: { [x([2, 3]), s] }),
        Fault(
            name: "no rows", message: "a request for model 'm' must have at least one row, got 0",
            inputs: { [x([0, 3]), InputTensor(name: "s", Tensor(strings: [], shape: [0, 1]))] }),
        Fault(
            name: "output", message: "unexpected inference output 'q' for model 'm', whose outputs are 'y', 't'", inputs: { [x(), s] },
            outputs: ["q"]),
    ]

    @Test(arguments: faults) func `a fault is named with model, place, expected and got`(fault: Fault) {
        let harness = Harness(Self.models)
        let collector = Collector()
        let request = InferenceRequest()
        request.model = "m"
        request.inputs = fault.inputs()
        request.requestedOutputs = fault.outputs
        request.sink = collector
        harness.core.submit(request)
        #expect(collector.wait(for: 1))
        #expect(request.error == ServingError(.invalidArgument, fault.message))
    }

    @Test func `bytes may lie anywhere and need no alignment`() {
        let harness = Harness(["m/1/model.test": "width 3\nend\n"])
        var bytes: [UInt8] = [0xFF]
        for value in [1, 2, 3] as [Float] { withUnsafeBytes(of: value) { bytes += $0 } }
        bytes.withUnsafeBytes { raw in
            let collector = Collector()
            let request = InferenceRequest()
            request.model = "m"
            request.inputs = [
                InputTensor(name: "x", dataType: .float32, dims: [1, 3], contents: .bytes(UnsafeRawBufferPointer(rebasing: raw[1...])))
            ]
            request.sink = collector
            harness.core.submit(request)
            #expect(collector.wait(for: 1))
            #expect(request.floats() == [3, 5, 7])
        }
    }

    @Test func `names may be borrowed from a message`() {
        let harness = Harness(["quite-a-long-model-name/1/model.test": "end\n"])
        let name = Array("quite-a-long-model-name".utf8)
        name.withUnsafeBufferPointer { bytes in
            let collector = Collector()
            let request = InferenceRequest()
            request.model = Name(borrowing: bytes)
            let x = Array("x".utf8)
            x.withUnsafeBufferPointer { x in
                request.inputs = [InputTensor(name: Name(borrowing: x), tensor([[1, 2]]))]
                request.sink = collector
                harness.core.submit(request)
                #expect(collector.wait(for: 1))
            }
            #expect(request.floats() == [3, 5])
        }
    }

    @Test func `only the outputs that were asked for come back, in that order`() {
        let harness = Harness(Self.models)
        let collector = Collector()
        let request = InferenceRequest()
        request.model = "m"
        request.inputs = [Self.s, Self.x()]
        request.requestedOutputs = ["t"]
        request.sink = collector
        harness.core.submit(request)
        #expect(collector.wait(for: 1))
        #expect(request.outputs.map(\.name) == ["t"])
        #expect(request.outputs.first.map { Array($0.strings) } == ["a"])
    }
}
