internal import FoundationEssentials
internal import Batching
internal import Tensors
internal import Text

/// A question with its known answer, kept beside a version's files as `golden/<name>.json`:
///
///     {"inputs":  {"x": {"datatype": "FP32", "shape": [1, 4], "data": [5.1, 3.5, 1.4, 0.2]}},
///      "outputs": {"label": {"datatype": "INT64", "shape": [1], "data": [0]}},
///      "tolerance": 1e-4}
///
/// `data` may be flat or nested like the shape. Numbers may differ by `tolerance` (1e-4 when absent) of the expected output's largest
/// magnitude; integers, truth values and strings must be equal. Outputs that are not named are not compared.
struct GoldenRequest: Sendable {
    let name: String
    let inputs: [(name: String, tensor: Tensor)]
    let outputs: [(name: String, tensor: Tensor)]
    let tolerance: Double

    private struct File: Decodable {
        var inputs: [String: JSONTensor]
        var outputs: [String: JSONTensor]
        var tolerance: Double?
    }

    /// - Throws: an error that names the file and what is wrong with it.
    init(name: String, json: [UInt8]) throws(ServingError) {
        self.name = name
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(json))
        } catch {
            throw ServingError(.invalidArgument, "golden request '\(name)' is not readable: \(Self.reason(error))")
        }
        var inputs: [(name: String, tensor: Tensor)] = []
        for (key, value) in file.inputs.sorted(by: { $0.key < $1.key }) {
            inputs.append((key, try value.tensor(place: "golden request '\(name)', input '\(key)'")))
        }
        var outputs: [(name: String, tensor: Tensor)] = []
        for (key, value) in file.outputs.sorted(by: { $0.key < $1.key }) {
            outputs.append((key, try value.tensor(place: "golden request '\(name)', output '\(key)'")))
        }
        guard !outputs.isEmpty else { throw ServingError(.invalidArgument, "golden request '\(name)' expects no output") }
        self.inputs = inputs
        self.outputs = outputs
        tolerance = file.tolerance ?? 1e-4
    }

    /// All golden requests of a version, by file name.
    static func all(
        of listing: VersionListing, contents: [String: [UInt8]], limits: ServingLimits
    ) throws(ServingError) -> [GoldenRequest] {
        var names = Set(contents.keys.filter(isGolden))
        if listing.folder != nil { names.formUnion(listing.files.map(\.name).filter(isGolden)) }
        var requests: [GoldenRequest] = []
        for name in names.sorted().prefix(limits.maxGoldenRequests) {
            let path = "\(listing.folder ?? "")/\(name)"
            let json: [UInt8]
            if let given = contents[name] {
                json = given
            } else {
                do throws(BoundedFile.Failure) { json = try BoundedFile.contents(of: path, limit: limits.maxGoldenBytes) } catch {
                    throw ServingError(.invalidArgument, "golden request '\(name)' cannot be read: \(error)")
                }
            }
            requests.append(try GoldenRequest(name: name, json: json))
        }
        return requests
    }

    private static func isGolden(_ name: String) -> Bool { name.hasPrefix("golden/") && name.hasSuffix(".json") }

    /// Asks the version and compares. Throws what differs first.
    func check(on instance: Instance, binding: Binding) throws(ServingError) {
        let request = InferenceRequest()
        request.inputs = inputs.map { InputTensor(name: Name($0.name), $0.tensor) }
        request.requestedOutputs = outputs.map { Name($0.name) }
        do {
            try binding.bind(request)
            let item = BatchItem(
                task: QueuedRequest(request: request, binding: binding), ticket: Ticket(arrivalNanos: 0), firstRow: 0,
                rows: request.bound.rows)
            instance.gather([item], rows: request.bound.rows, hasRows: binding.hasRows, reshapes: binding.inputReshapes)
            try instance.run([item])
        } catch {
            throw ServingError(error.code, "golden request '\(name)' failed: \(error.message)")
        }
        defer { instance.releaseOutputs() }
        request.setOutputs(instance.outputs, binding: binding, rows: nil, shared: [])
        try compare(request)
    }

    /// Asks an executor and compares. Waits for the answer: on a loading thread.
    func check(on executor: any RequestExecutor, binding: Binding, clock: MonotonicClock) throws(ServingError) {
        let request = InferenceRequest()
        request.inputs = inputs.map { InputTensor(name: Name($0.name), $0.tensor) }
        request.requestedOutputs = outputs.map { Name($0.name) }
        request.timing.arrivedNanos = clock.nowNanos
        do throws(ServingError) {
            try binding.bind(request)
            let sink = Waiter()
            request.sink = sink
            executor.submit(request)
            sink.spot.park(untilNanos: nil)
            if let error = request.error { throw error }
        } catch {
            throw ServingError(error.code, "golden request '\(name)' failed: \(error.message)")
        }
        try compare(request)
    }

    private final class Waiter: ReplySink {
        let spot = ParkingSpot()
        func finished(_ request: InferenceRequest) { spot.wake() }
    }

    private func compare(_ request: InferenceRequest) throws(ServingError) {
        for expected in outputs {
            guard let got = request.outputs.first(where: { $0.name == expected.name })?.tensor else {
                throw ServingError(.failedPrecondition, "golden request '\(name)': output '\(expected.name)' is missing")
            }
            if let difference = TensorComparison.difference(got, expected.tensor, tolerance: tolerance) {
                throw ServingError(.failedPrecondition, "golden request '\(name)': output '\(expected.name)' \(difference)")
            }
        }
    }

    static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not JSON" }
        switch error {
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        @unknown default: return "it is not JSON"
        }
    }
}
