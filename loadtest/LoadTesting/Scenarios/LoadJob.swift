/// From what a person asked for to a result: finds out what the server's models take, and runs.
public struct LoadJob: Sendable {
    public var plan: RunPlan
    public var server: ServerAddress
    public var models: [ModelRequest] = []
    /// Requests that need no metadata.
    public var recipes: [RequestRecipe] = []
    public var actions: [ScenarioAction] = []
    public var assertions: [Assertion] = []
    public var serverPID: Int?
    public var serverMetrics: ServerAddress?
    public var onProgress: (@Sendable (LoadRun.Progress) -> Void)?

    public init(plan: RunPlan, server: ServerAddress) {
        self.plan = plan
        self.server = server
    }

    /// The plan with everything that is sent. Asks the server. Throws `LoadError`.
    public func prepared() async throws -> LoadJob {
        var job = self
        job.plan.recipes = recipes
        if !models.isEmpty {
            let control = ControlClient(server)
            defer { control.close() }
            for model in models { job.plan.recipes.append(try await model.recipe(control, server)) }
        }
        return job
    }

    /// One run of a prepared job.
    public func run() async throws -> RunResult {
        var run = LoadRun(plan: plan, server: server)
        run.onProgress = onProgress
        run.serverPID = serverPID
        run.serverMetrics = serverMetrics
        run.actions = actions
        var result = try await run.run()
        result.assertions = assertions.map { $0.evaluate(result) }
        return result
    }
}
