internal import ArgumentParser
internal import LoadTesting

struct RequestOptions: ParsableArguments {
    @Option(name: .customLong("protocol"), help: "kserve, tfserving, torchserve; kserve-rest, kserve-binary or tfserving-rest on the HTTP port; http2 with --method for plain HTTP/2.") var speech =
        "kserve"
    @Option(help: "The model to ask, as NAME or NAME:WEIGHT in a mix. May be given again.") var model: [String] = []
    @Option(help: "The model's version; the server's choice without it.") var version = ""
    @Option(help: "Any unary method instead of a model: /package.Service/Method.") var method: String?
    @Option(help: "The message of --method, as it is on the wire (without the five bytes of gRPC's frame).") var body: String?
    @Option(help: "The exact message that --method must answer with.") var expect: String?
    @Option(help: "NAME=@file.npy, NAME=@file.json or NAME=JSON. May be given again; other inputs are made up.") var input: [String] = []
    @Option(help: "What made-up inputs hold: random (0…1; integers 0 or 1) or zero.") var fill = "random"
    @Option(help: "What the first open axis of made-up inputs becomes.") var batch = 1
    @Option(help: "Shape of a made-up input: NAME=1,3,224,224. May be given again.") var shape: [String] = []
    @Option(
        help: "A golden request of a model repository: its inputs are sent, its outputs expected. May be given for each --model in turn.")
    var golden: [String] = []
    @Option(help: "Given up, and told to the server, after this long, such as 50ms.") var timeout: String?
    @Option(help: "Triton's request priority.") var priority: Int?

    func models(seed: UInt64) throws -> [ModelRequest] {
        guard method == nil, !model.isEmpty else { return [] }
        guard let speech = InferenceProtocol(rawValue: speech) else {
            throw LoadError("protocol '\(speech)' is none of \(InferenceProtocol.names), and http2 needs --method")
        }
        guard batch >= 1, batch <= 1_000_000 else { throw LoadError("--batch \(batch): 1 to 1000000 are possible") }
        var inputs = RequestInputs()
        guard let fill = RequestInputs.Fill(rawValue: fill) else { throw LoadError("--fill '\(fill)' is neither random nor zero") }
        inputs.fill = fill
        inputs.seed = seed
        inputs.batch = Int64(batch)
        inputs.given = input
        for text in shape {
            guard let equals = text.firstIndex(of: "=") else { throw LoadError("--shape '\(text)' is not NAME=1,2,3") }
            let sizes = text[text.index(after: equals)...].split(separator: ",").map { Int64($0) }
            guard !sizes.isEmpty, sizes.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else {
                throw LoadError("--shape '\(text)' is not NAME=1,2,3")
            }
            inputs.shapes[String(text[..<equals])] = sizes.compactMap(\.self)
        }
        let timeoutNanos = try timeout.map(Parsing.duration)
        var requests: [ModelRequest] = []
        for (index, text) in model.enumerated() {
            let colon = text.lastIndex(of: ":")
            let weight = colon.flatMap { Double(text[text.index(after: $0)...]) }
            var request = ModelRequest(model: weight == nil ? text : colon.map { String(text[..<$0]) } ?? text)
            request.version = version
            request.speech = speech
            request.inputs = inputs
            request.goldenPath = index < golden.count ? golden[index] : nil
            request.priority = priority.map { UInt64(max(0, $0)) }
            request.weight = weight ?? 1
            request.timeoutNanos = timeoutNanos
            requests.append(request)
        }
        return requests
    }

    func recipes() throws -> [RequestRecipe] {
        guard let method else { return [] }
        guard method.hasPrefix("/") else { throw LoadError("--method '\(method)' must begin with a slash") }
        let message = try body.map(TextFile.bytes) ?? []
        var recipe: RequestRecipe
        if speech == "http2" {
            recipe = .http(path: method, body: message)
        } else {
            recipe = .unary(path: method, message: message, expected: try expect.map(TextFile.bytes))
        }
        recipe.timeoutNanos = try timeout.map(Parsing.duration)
        return [recipe]
    }
}
