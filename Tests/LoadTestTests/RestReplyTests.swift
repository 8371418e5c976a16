import Client
import LoadTesting
import Messages
import Testing

@Suite struct `Answers of REST` {
    private let outputs = [ExpectedTensor(.init(name: "y", datatype: .fp32, shape: [-1, 2]))]

    private func fault(_ check: some ReplyCheck, _ text: String, _ raw: [UInt8] = [], header: Int? = nil) -> String? {
        (Array(text.utf8) + raw).withUnsafeBytes { check.fault(in: $0, headerBytes: header) }
    }

    @Test func `with tensors in JSON are taken`() {
        let good = #"{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2], "data": [0.5, 1]}]}"#
        #expect(fault(KServeRestReply(outputs: outputs), good) == nil)
    }

    @Test(arguments: [
        ("[]", "no JSON object"), (#"{"outputs": []}"#, "'y' is missing"),
        (#"{"outputs": [{"name": "y", "datatype": "FP64", "shape": [1, 2], "data": [0.5, 1]}]}"#, "expected FP32"),
        (#"{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 3], "data": [0.5, 1, 1]}]}"#, "expected [-1, 2]"),
        (#"{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2], "data": [0.5]}]}"#, "4 bytes, expected 8"),
        (#"{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2]}]}"#, "element 0"),
    ]) func `that are wrong say how`(text: String, reason: String) {
        let found = fault(KServeRestReply(outputs: outputs), text)
        #expect(found?.contains(reason) == true, "\(found ?? "nothing")")
    }

    @Test func `with bytes behind the JSON are taken, and no byte is left over`() {
        let text = #"{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2], "parameters": {"binary_data_size": 8}}]}"#
        let check = KServeRestReply(outputs: outputs)
        let raw = [UInt8](repeating: 0, count: 8)
        #expect(fault(check, text, raw, header: text.utf8.count) == nil)
        #expect(fault(check, text, raw + [0], header: text.utf8.count)?.contains("belong to no output") == true)
        #expect(fault(check, text, [], header: text.utf8.count)?.contains("longer than the reply") == true)
        #expect(fault(check, text, [], header: 10_000)?.contains("are JSON") == true)
    }

    @Test func `by columns stand alone or by name`() {
        let one = PredictRestReply(outputs: outputs)
        #expect(fault(one, #"{"outputs": [[0.5, 1], [1, 2]]}"#) == nil)
        #expect(fault(one, #"{"outputs": {"y": [[0.5, 1]]}}"#) == nil)
        #expect(fault(one, #"{"outputs": [[0.5, 1, 2]]}"#)?.contains("shape") == true)
        #expect(fault(one, #"{"predictions": []}"#)?.contains("'outputs'") == true)
        let two = PredictRestReply(outputs: outputs + [ExpectedTensor(.init(name: "z", datatype: .int64, shape: [-1]))])
        #expect(fault(two, #"{"outputs": {"y": [[0.5, 1]], "z": [3]}}"#) == nil)
        #expect(fault(two, #"{"outputs": {"y": [[0.5, 1]], "z": ["a"]}}"#)?.contains("'z'") == true)
    }

    @Test func `metadata of both interfaces make one signature`() throws {
        func root(_ text: String) throws -> [String: JSONValue] {
            guard case .object(let root) = try JSONValue(parsing: Array(text.utf8)) else { return [:] }
            return root
        }
        let kserve = try ModelSignature(
            rest: root(
                #"{"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}], "outputs": [{"name": "y", "datatype": "INT64", "shape": [-1]}]}"#),
            model: "m")
        let tensorFlow = try ModelSignature(
            tensorFlow: root(
                #"{"metadata": {"signature_def": {"signature_def": {"serving_default": {"inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}, {"size": "4"}]}}}, "outputs": {"y": {"dtype": "DT_INT64", "tensor_shape": {"dim": [{"size": "-1"}]}}}}}}}}"#),
            model: "m")
        #expect(kserve.inputs == tensorFlow.inputs && kserve.outputs == tensorFlow.outputs)
        #expect(kserve.inputs == [.init(name: "x", datatype: .fp32, shape: [-1, 4])])
    }
}
