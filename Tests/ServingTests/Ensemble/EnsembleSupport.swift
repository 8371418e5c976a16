import Serving
import Tensors

/// Models of the test backend by factor, and ensembles by their configurations.
func ensembleHarness(
    _ models: [String: String], ensembles: [String: String], inline: Bool = false, lanes: Int = 2, mode: ControlMode = .none,
    startup: [String] = []
) -> Harness {
    var files: [String: String] = [:]
    for (name, text) in models { files["\(name)/1/model.test"] = text + "\nend\n" }
    for (name, text) in ensembles {
        files["\(name)/model.yaml"] = text
        files["\(name)/1/readme.txt"] = "made of others"
    }
    return Harness(files, lanes: lanes, inline: inline, mode: mode, startup: startup, readers: [ModelYaml(), TestSpecReader()])
}

extension Harness {
    func reason(_ model: String) -> String { core.index().first { $0.model == model }?.reason ?? "" }

    /// Asks with inputs of any names.
    func ask(_ model: String, inputs: [(name: String, tensor: Tensor)], configure: (InferenceRequest) -> Void = { _ in })
        -> InferenceRequest
    {
        let collector = Collector()
        let request = InferenceRequest(model: model, inputs: inputs, sink: collector)
        configure(request)
        core.submit(request)
        precondition(collector.wait(for: 1), "no answer")
        return request
    }
}

/// Two models one after the other: y = b·(a·x + 1) + 1.
let chainYaml = """
    steps:
      - {model: a, inputs: {x: x}, outputs: {y: middle}}
      - {model: b, inputs: {x: middle}, outputs: {y: y}}
    """
