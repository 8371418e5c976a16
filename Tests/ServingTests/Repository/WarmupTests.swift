import Serving
import Synchronization
import Testing

/// What a version is run on before it takes traffic.
@Suite struct `warm-ups` {
    /// The first elements that the model's runs saw while it was loaded, and the error if it was not.
    static func seen(_ yaml: String, files: [String: String] = [:]) -> (seen: [Float], error: ServingError?) {
        let harness = Harness(["m/1/model.test": "width 2\nend\n"].merging(files) { $1 }, mode: .explicit, readers: [ModelYaml()])
        harness.backend.log.keepsSeen.store(true, ordering: .relaxed)
        harness.folder.write(yaml, to: "m/model.yaml")
        let error = harness.load("m")
        return (harness.backend.log.seen.withLock { $0 }, error)
    }

    @Test func `zeros come as often as they are wanted`() {
        let (seen, error) = Self.seen("warmup:\n  - name: z\n    count: 3\n    inputs:\n      x: {datatype: FP32, shape: [2], fill: zero}\n")
        #expect(error == nil)
        #expect(seen.count >= 3 && seen.allSatisfy { $0 == 0 })
    }

    @Test func `random numbers are the same every time`() {
        let yaml = "warmup:\n  - name: r\n    inputs:\n      x: {datatype: FP32, shape: [2], fill: random}\n"
        let (first, error) = Self.seen(yaml)
        #expect(error == nil)
        #expect(first.first != 0 && first.first == Self.seen(yaml).seen.first)
    }

    @Test func `elements come from a file beside the configuration`() {
        // "AAAA" twice: two floats of 12.078431.
        let yaml = "warmup:\n  - name: f\n    inputs:\n      x: {datatype: FP32, shape: [2], file: numbers}\n"
        let (seen, error) = Self.seen(yaml, files: ["m/warmup/numbers": "AAAAAAAA"])
        #expect(error == nil)
        #expect(seen.first == Float(bitPattern: 0x4141_4141))
        #expect(Self.seen(yaml, files: ["m/warmup/numbers": "AAAA"]).error?.message.contains("does not hold input 'x'") == true)
    }

    @Test func `a recorded request is sent as it is`() {
        let yaml = "warmup:\n  - name: q\n    request: asked.json\n"
        let request = #"{"inputs": {"x": {"datatype": "FP32", "shape": [3, 2], "data": [7, 1, 2, 3, 4, 5]}}}"#
        let (seen, error) = Self.seen(yaml, files: ["m/warmup/asked.json": request])
        #expect(error == nil)
        #expect(seen.first == 7)
        #expect(Self.seen(yaml).error?.message.contains("cannot read") == true)
        let other = request.replacing("\"x\"", with: "\"z\"")
        #expect(Self.seen(yaml, files: ["m/warmup/asked.json": other]).error?.message.contains("has input 'z'") == true)
    }

    @Test func `a warm-up that fails keeps the version from its traffic`() {
        let (_, error) = Self.seen(
            "warmup:\n  - name: bad\n    request: asked.json\n",
            files: [
                "m/1/model.test": "width 2\npoison 13\nend\n",
                "m/warmup/asked.json": #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [13, 1]}}}"#,
            ])
        #expect(error?.message == "warm-up 'bad' of model 'm' failed: 13.0 is poison")
    }
}
