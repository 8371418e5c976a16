internal import Tensors

/// Makes the checked graph out of what a configuration says and what its members are. Every fault names the ensemble, the step and the tensors
/// on the way to it. On a loading thread.
struct EnsembleCompiler {
    let model: String
    let spec: ModelSpec
    let ensemble: EnsembleSpec
    let members: [MemberFacts]
    /// The content of a file that the configuration names.
    let files: (String) -> [UInt8]?

    /// A step with its place among the step and those that replace it.
    struct Draft {
        var spec: EnsembleSpec.Step
        var name: String
        /// The step that it replaces when that one fails.
        var replaces: Int?
        var isReplaced: Bool
        /// The first of a step and its fallbacks: they make the same tensors.
        var chain: Int
        var builtin: (any BuiltinStep)?
        var facts: MemberFacts?
        var failureSign: Int?
    }

    struct TensorDraft {
        var name: String
        var facts: TensorFacts?
        var makers: [Int] = []
        var waiters: [Int] = []
        /// How the tensor comes about, from an input of the ensemble on.
        var history: String
        var isSign = false
    }

    var drafts: [Draft] = []
    var tensors: [TensorDraft] = []
    private var numbers: [String: Int] = [:]
    /// For each step the tensors that it waits for, each once.
    var dependencies: [[Int]] = []
    var hasRows = false

    init(model: String, spec: ModelSpec, ensemble: EnsembleSpec, members: [MemberFacts], files: @escaping (String) -> [UInt8]?) {
        self.files = files
        self.model = model
        self.spec = spec
        self.ensemble = ensemble
        self.members = members
    }

    static func compile(
        model: String, spec: ModelSpec, ensemble: EnsembleSpec, members: [MemberFacts], defaultMaxRows: Int,
        files: @escaping (String) -> [UInt8]? = { _ in nil }
    ) throws(ServingError) -> EnsembleGraph {
        var compiler = EnsembleCompiler(model: model, spec: spec, ensemble: ensemble, members: members, files: files)
        try compiler.lay()
        let inputs = try compiler.ensembleInputs()
        let order = try compiler.ordered()
        var steps = [EnsembleGraph.Step?](repeating: nil, count: compiler.drafts.count)
        for index in order { steps[index] = try compiler.step(index) }
        let results = try compiler.results()
        return try compiler.graph(
            steps: steps.compactMap { $0 }, order: order, inputs: inputs, results: results, defaultMaxRows: defaultMaxRows)
    }

    func fault(_ message: String) -> ServingError { ServingError(.invalidArgument, "ensemble '\(model)': \(message)") }

    /// The tensor's number, a new one for a name that has none.
    mutating func tensor(_ name: String) -> Int {
        if let known = numbers[name] { return known }
        tensors.append(TensorDraft(name: name, history: "'\(name)'"))
        numbers[name] = tensors.count - 1
        return tensors.count - 1
    }

    func known(_ name: String) -> Int? { numbers[name] }

    /// Numbers the steps and tensors and finds out who makes and who needs what.
    private mutating func lay() throws(ServingError) {
        guard !ensemble.steps.isEmpty else { throw fault("it has no steps") }
        for step in ensemble.steps { try add(step, chain: drafts.count, replaces: nil) }
        for index in drafts.indices {
            for (_, name) in drafts[index].spec.outputs.sorted(by: { $0.key < $1.key }) {
                guard !name.isEmpty else { throw fault("step '\(drafts[index].name)' makes a tensor without a name") }
                let number = tensor(name)
                for other in tensors[number].makers where !mayBothMake(index, other) {
                    throw fault("tensor '\(name)' is made by step '\(drafts[other].name)' and again by step '\(drafts[index].name)'")
                }
                tensors[number].makers.append(index)
            }
        }
        for index in drafts.indices { try addDependencies(of: index) }
    }

    private mutating func add(_ step: EnsembleSpec.Step, chain: Int, replaces: Int?) throws(ServingError) {
        guard drafts.count < EnsembleSpec.maxSteps else { throw fault("it has more than \(EnsembleSpec.maxSteps) steps") }
        var draft = Draft(spec: step, name: stepName(step), replaces: replaces, isReplaced: false, chain: chain)
        switch step.target {
        case .model(let name, let selector):
            guard name != model else { throw fault("step '\(draft.name)' runs the ensemble itself") }
            draft.facts = members.first { $0.member.model == name && $0.member.selector == selector }
        case .builtin(let name, let options):
            do {
                draft.builtin = try BuiltinRegistry.make(name, options: options, inputs: step.inputs.keys.sorted(), files: files)
            } catch {
                throw fault("step '\(draft.name)': \(error.message)")
            }
        }
        if let replaces, step.choice != nil || step.when != nil || step.perRow != nil {
            throw fault("step '\(draft.name)' stands in for '\(drafts[replaces].name)' and has no condition of its own")
        }
        drafts.append(draft)
        // A fallback waits for the sign that the one before it failed.
        var last = drafts.count - 1
        for fallback in step.fallbacks {
            guard step.perRow == nil else { throw fault("step '\(draft.name)' runs on some rows, and so has no fallback") }
            tensors.append(TensorDraft(name: "failure of \(drafts[last].name)", history: "", isSign: true))
            drafts[last].failureSign = tensors.count - 1
            drafts[last].isReplaced = true
            try add(fallback, chain: chain, replaces: last)
            last = drafts.count - 1
        }
    }

    /// The step's own name, or one made from what it runs; each name once.
    private func stepName(_ step: EnsembleSpec.Step) -> String {
        var base = step.name
        if base.isEmpty {
            switch step.target {
            case .model(let name, _): base = name
            case .builtin(let name, _): base = name
            }
        }
        var name = base
        var number = 2
        while drafts.contains(where: { $0.name == name }) {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    /// Steps of which one request runs only one.
    private func mayBothMake(_ left: Int, _ right: Int) -> Bool {
        if left == right { return false }
        if drafts[left].chain == drafts[right].chain { return true }
        guard let one = drafts[drafts[left].chain].spec.choice, let other = drafts[drafts[right].chain].spec.choice else { return false }
        return one.group == other.group && one.key != other.key
    }

    private mutating func addDependencies(of index: Int) throws(ServingError) {
        var needed: [Int] = []
        let draft = drafts[index]
        for (input, sources) in draft.spec.inputs.sorted(by: { $0.key < $1.key }) {
            guard !sources.isEmpty else { throw fault("input '\(input)' of step '\(draft.name)' has no tensor") }
            for name in sources { needed.append(tensor(name)) }
        }
        for text in [draft.spec.when, draft.spec.perRow, draft.spec.choice?.expression].compactMap({ $0 }) {
            for name in words(of: text) where numbers[name] != nil || spec.inputs.contains(where: { $0.name == name }) {
                needed.append(tensor(name))
            }
        }
        if let replaces = draft.replaces, let sign = drafts[replaces].failureSign { needed.append(sign) }
        var unique: [Int] = []
        for number in needed where !unique.contains(number) { unique.append(number) }
        dependencies.append(unique)
        for number in unique { tensors[number].waiters.append(index) }
    }

    /// Words of a condition that may be names of tensors.
    private func words(of text: String) -> [String] {
        guard text.utf8.count <= ExpressionParser.maxBytes else { return [] }
        var lexer = ExpressionLexer(text)
        var words: [String] = []
        while let token = lexer.next(), token != .end {
            if case .name(let name) = token { words.append(name) }
        }
        return words
    }

    /// Steps so that each comes after those that make what it needs.
    private mutating func ordered() throws(ServingError) -> [Int] {
        var left = dependencies.map { $0.count }
        var order: [Int] = []
        var makersLeft = tensors.map { $0.makers.count }
        func settle(_ tensor: Int, _ ready: inout [Int]) {
            for step in tensors[tensor].waiters {
                left[step] -= 1
                if left[step] == 0 { ready.append(step) }
            }
        }
        var ready = left.indices.filter { left[$0] == 0 }
        for number in tensors.indices where tensors[number].makers.isEmpty && !tensors[number].isSign { settle(number, &ready) }
        ready.sort()
        var next = 0
        while next < ready.count {
            let step = ready[next]
            next += 1
            order.append(step)
            if let sign = drafts[step].failureSign { settle(sign, &ready) }
            for number in Set(drafts[step].spec.outputs.values.compactMap { numbers[$0] }).sorted() {
                makersLeft[number] -= 1
                if makersLeft[number] == 0 { settle(number, &ready) }
            }
        }
        if order.count < drafts.count { throw cycle(drafts.indices.filter { !order.contains($0) }) }
        return order
    }

    /// Walks against the arrows among steps that wait for each other until one comes again.
    private func cycle(_ stuck: [Int]) -> ServingError {
        guard var step = stuck.first else { return fault("its steps wait for each other") }
        var path: [(step: Int, tensor: Int)] = []
        while !path.contains(where: { $0.step == step }) {
            guard
                let (tensor, maker) = dependencies[step].lazy.compactMap({ tensor -> (Int, Int)? in
                    let makers = self.tensors[tensor].isSign ? [self.drafts[step].replaces].compactMap { $0 } : self.tensors[tensor].makers
                    return makers.first { stuck.contains($0) }.map { (tensor, $0) }
                }).first
            else { break }
            path.append((step, tensor))
            step = maker
        }
        let start = path.firstIndex { $0.step == step } ?? 0
        let round = path[start...].reversed()
        let text = round.map { "'\(tensors[$0.tensor].name)' → \(drafts[$0.step].name)" }.joined(separator: " → ")
        return fault("its steps wait for each other in a circle: \(text) → '\(round.first.map { tensors[$0.tensor].name } ?? "")'")
    }
}
