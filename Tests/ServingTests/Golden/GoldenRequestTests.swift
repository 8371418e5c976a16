import Serving
import Testing

@Suite struct `golden requests` {
    static func harness(_ golden: String, model: String = "factor 2\nend\n") -> Harness {
        Harness(["m/1/model.test": model, "m/1/golden/one.json": golden])
    }

    static func reason(_ golden: String, model: String = "factor 2\nend\n") -> String? {
        let harness = harness(golden, model: model)
        return harness.core.isReady(model: "m") ? nil : harness.core.index().first?.reason
    }

    @Test func `a version that answers them rightly serves`() {
        let harness = Self.harness(
            """
            {"inputs": {"x": {"datatype": "FP32", "shape": [2, 2], "data": [[1, 2], [3, 4.5]]}},
             "outputs": {"y": {"datatype": "FP32", "shape": [2, 2], "data": [3, 5, 7, 10]}}}
            """)
        #expect(harness.core.versions(of: "m").first?.goldenCount == 1)
    }

    @Test(arguments: [
        (
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [3, 6]}}}"#,
            "golden request 'golden/one.json': output 'y' element 1 is 5.0, expected 6.0 (tolerance 0.0001)"
        ),
        (
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}}, "outputs": {"y": {"datatype": "FP64", "shape": [1, 2], "data": [3, 5]}}}"#,
            "golden request 'golden/one.json': output 'y' is FP32, expected FP64"
        ),
        (
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}}, "outputs": {"y": {"datatype": "FP32", "shape": [2], "data": [3, 5]}}}"#,
            "golden request 'golden/one.json': output 'y' has shape [1,2], expected [2]"
        ),
        (
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1], "data": [3]}}}"#,
            "golden request 'golden/one.json', input 'x': shape [1,2] takes 2 elements, but data has 1"
        ),
        (
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1], "data": [3]}}}"#,
            "golden request 'golden/one.json' failed: unexpected shape for input 'x' for model 'm'. Expected [-1,2], got [1,3]"
        ),
        (
            #"{"inputs": {"x": {"datatype": "INT8", "shape": [1], "data": [300]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1], "data": [3]}}}"#,
            "golden request 'golden/one.json', input 'x': an element is no INT8"
        ),
        (
            #"{"inputs": {}, "outputs": {}}"#, "golden request 'golden/one.json' expects no output"
        ),
        (#"{"inputs": {}}"#, "golden request 'golden/one.json' is not readable: 'outputs' is missing"),
    ])
    func `a version that does not says where`(golden: String, reason: String) {
        #expect(Self.reason(golden) == reason)
    }

    @Test func `nonsense is not readable`() {
        #expect(Self.reason("{nonsense")?.hasPrefix("golden request 'golden/one.json' is not readable: ") == true)
    }

    @Test func `the tolerance is the file's own`() {
        let golden =
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [3, 5.4]}}, "tolerance": 0.1}"#
        #expect(Self.reason(golden) == nil)
    }

    @Test func `strings must be equal`() {
        let golden = { (text: String) in
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}, "s": {"datatype": "BYTES", "shape": [1, 1], "data": ["hé"]}}, "outputs": {"t": {"datatype": "BYTES", "shape": [1, 1], "data": ["\#(text)"]}}}"#
        }
        #expect(Self.reason(golden("hé"), model: "strings\nend\n") == nil)
        #expect(Self.reason(golden("he"), model: "strings\nend\n")?.hasSuffix("element 0 is 'hé', expected 'he'") == true)
    }

    @Test func `a wrong new version leaves the old one serving`() {
        let harness = Harness(["m/1/model.test": "factor 2\nend\n"], mode: .explicit, startup: ["m"])
        harness.folder.write("factor 3\nend\n", to: "m/2/model.test")
        harness.folder.write(
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [3, 5]}}}"#,
            to: "m/2/golden/one.json")
        #expect(harness.load("m")?.code == .failedPrecondition)
        #expect(harness.ask("m", rows: [[1, 2]]).floats() == [3, 5])
    }
}
