/// A load test as a file describes it: what is sent, how hard in which phases, what happens meanwhile, and what must hold.
public struct Scenario: Sendable {
    public var name = ""
    public var target: String?
    public var models: [ModelRequest] = []
    /// Connections, streams, phases and the rest; without recipes, which the server's metadata is needed for.
    public var plan = RunPlan()
    public var actions: [ScenarioAction] = []
    public var assertions: [Assertion] = []

    public init() {}
}
