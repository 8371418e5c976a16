import LoadTesting
import Messages
import Tensors
import Testing

@Suite struct `Requests` {
    private let signature = ModelSignature(
        inputs: [
            .init(name: "x", datatype: .fp32, shape: [-1, 4]), .init(name: "ids", datatype: .int64, shape: [-1, -1]),
            .init(name: "s", datatype: .bytes, shape: [2]),
        ],
        outputs: [.init(name: "y", datatype: .fp32, shape: [-1, 2])])

    @Test func `get inputs that fit the signature and repeat for a seed`() throws {
        var inputs = RequestInputs()
        inputs.batch = 3
        inputs.shapes = ["ids": [3, 7]]
        let tensors = try inputs.tensors(for: signature)
        #expect(tensors.map(\.name) == ["x", "ids", "s"])
        #expect(tensors.map(\.tensor.shape.dims) == [[3, 4], [3, 7], [2]])
        #expect(tensors[0].tensor.elements(as: Float.self).allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(tensors[1].tensor.elements(as: Int64.self).allSatisfy { $0 == 0 || $0 == 1 })
        #expect(try inputs.tensors(for: signature)[0].tensor.elements(as: Float.self) == tensors[0].tensor.elements(as: Float.self))
    }

    @Test func `take given values, and say which do not fit`() throws {
        var inputs = RequestInputs()
        inputs.given = ["x=[[1, 2, 3, 4]]"]
        #expect(try inputs.tensors(for: signature)[0].tensor.elements(as: Float.self) == [1, 2, 3, 4])
        for (given, reason) in [
            ("z=[1]", "no input 'z'"), ("x=[[1, 2]]", "does not fit"), ("x=oops", "input 'x'"), ("x", "is not NAME="),
            ("x=@/nowhere.npy", "nowhere.npy"),
        ] {
            inputs.given = [given]
            let error = #expect(throws: LoadError.self) { try inputs.tensors(for: signature) }
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        }
    }

    /// An answer with one output.
    private func answer(_ values: [Float], shape: [Int64], name: String = "y", datatype: StaticString = "FP32") -> [UInt8] {
        var writer = ModelInferWriter(.response)
        writer.begin(model: "m")
        writer.tensor(name, datatype: datatype, shape: shape)
        return values.withUnsafeBytes {
            writer.rawContents($0)
            writer.finish()
            return writer.joined()
        }
    }

    private func fault(_ check: some ReplyCheck, _ bytes: [UInt8]) -> String? { bytes.withUnsafeBytes { check.fault(in: $0) } }

    @Test func `are answered rightly, or the fault is named`() {
        let check = KServeReply(outputs: signature.outputs.map { ExpectedTensor($0) })
        #expect(fault(check, answer([1, 2], shape: [1, 2])) == nil)
        #expect(fault(check, answer([1, 2], shape: [1, 2], name: "z")) == "output 'y' is missing")
        #expect(fault(check, answer([1, 2, 3], shape: [1, 3]))?.contains("shape [1, 3], expected [-1, 2]") == true)
        #expect(fault(check, answer([1], shape: [1, 2]))?.contains("4 bytes, expected 8") == true)
        #expect(fault(check, answer([1, 2], shape: [1, 2], datatype: "INT32"))?.contains("INT32, expected FP32") == true)
        #expect(fault(check, answer([1, 2], shape: [-1, 2])) != nil)
        #expect(fault(check, answer([1, 2], shape: [.max, 2])) != nil)
        #expect(fault(check, [0xff, 0xff, 0xff])?.contains("cannot be decoded") == true)
    }

    @Test func `with golden values are compared to a tolerance`() throws {
        let golden = try GoldenAnswer(
            json: Array(
                #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 1], "data": [1]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [[10, 0.5]]}}, "tolerance": 0.001}"#
                    .utf8),
            name: "g.json")
        let expected = golden.outputs.compactMap { ExpectedTensor(name: $0.name, golden: $0.tensor, tolerance: golden.tolerance) }
        let check = KServeReply(outputs: expected)
        #expect(fault(check, answer([10, 0.5], shape: [1, 2])) == nil)
        #expect(fault(check, answer([10.005, 0.495], shape: [1, 2])) == nil)
        #expect(fault(check, answer([10, 0.52], shape: [1, 2]))?.contains("element 1 is 0.5") == true)
        #expect(fault(check, answer([.nan, 0.5], shape: [1, 2]))?.contains("element 0") == true)
    }

    @Test(arguments: [
        ("[]", "not an object"), ("{", "g.json"), (#"{"inputs": {}}"#, "'inputs' is missing"),
        (#"{"inputs": {"x": {"datatype": "FP32", "shape": [2], "data": [1]}}, "outputs": {}}"#, "1 values do not fill the shape [2]"),
        (#"{"inputs": {"x": {"datatype": "F", "shape": [1], "data": [1]}}, "outputs": {}}"#, "inputs.x needs"),
    ]) func `with broken golden files name the file`(json: String, reason: String) {
        let error = #expect(throws: LoadError.self) { try GoldenAnswer(json: Array(json.utf8), name: "g.json") }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `of a capture are played as recorded`() throws {
        // Threads of a server write as they come.
        let requests = [
            CapturedRequest(nanos: 1_900, path: "/a.B/C", model: "c", message: [1, 2]),
            CapturedRequest(nanos: 1_000, path: "/a.B/C", model: "c", message: [1, 2]),
            CapturedRequest(nanos: 1_500, timeoutNanos: 49_871_234, path: "/a.B/D", model: "d", message: []),
        ]
        let bytes = try CaptureFormat.head(unixNanos: 0, share: 1) + requests.flatMap { try #require(CaptureFormat.record($0)) }
        let capture = try Capture(bytes: bytes, name: "c")
        #expect(capture.times == [0, 500, 900])
        #expect(capture.indices == [0, 1, 0])
        #expect(capture.recipes.map(\.path) == ["/a.B/C", "/a.B/D"])
        #expect(capture.recipes.map(\.timeoutNanos) == [nil, 50_000_000])
        #expect(capture.plan(over: RunPlan()).measuredNanos > 900)
        guard case .replay(let times, _) = capture.plan(over: RunPlan(), speed: 2).pace else { return #expect(Bool(false)) }
        #expect(times == [0, 250, 450])
        #expect(try Capture(bytes: Array(bytes.dropLast()), name: "c").isCutOff)
        for cut in [3, 9, 20, 24] { #expect(throws: LoadError.self) { try Capture(bytes: Array(bytes[..<cut]), name: "c") } }
    }

    @Test func `of a recording are counted by model, however many there are`() {
        let requests = (0..<100).map { CapturedRequest(nanos: $0, model: $0 % 2 == 0 ? "even" : "odd", message: [UInt8($0)]) }
        let capture = Capture(requests)
        #expect(capture.recipes.count == 100)
        var plan = capture.plan(over: RunPlan())
        plan.recipes = capture.recipes
        #expect(plan.groups == ["even", "odd"])
        plan.pace = .closed
        #expect(plan.groups.count == 100)
    }
}
