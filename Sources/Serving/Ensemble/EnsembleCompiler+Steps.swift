internal import Tensors

extension EnsembleCompiler {
    /// Checks one step against what is known of its tensors, and notes what is known of those that it makes.
    mutating func step(_ index: Int) throws(ServingError) -> EnsembleGraph.Step {
        let draft = drafts[index]
        let made: [(output: EnsembleGraph.Output, facts: TensorFacts)]
        var dropsExtent = false
        let inputs: [EnsembleGraph.Input]
        if let builtin = draft.builtin {
            guard draft.spec.mapped.isEmpty else { throw fault("step '\(draft.name)' is built in, and maps no rows") }
            (inputs, made) = try builtinPorts(index, builtin)
        } else {
            (inputs, made, dropsExtent) = try modelPorts(index)
        }
        for (output, facts) in made { try note(output, facts, madeBy: index, from: inputs.first?.sources.first) }

        var requested: [Name] = []
        if let facts = draft.facts, made.count < facts.signature.outputs.count { requested = made.map { Name($0.output.name) } }
        let (condition, isPerRow) = try condition(of: draft)
        let target: EnsembleGraph.Target
        switch draft.spec.target {
        case .model(let name, let selector): target = .model(Name(name), selector)
        case .builtin:
            guard let builtin = draft.builtin else { throw fault("step '\(draft.name)' runs nothing") }
            target = .builtin(builtin)
        }
        return EnsembleGraph.Step(
            name: draft.name, target: target, inputs: inputs, outputs: made.map(\.output), requested: requested, condition: condition,
            isPerRow: isPerRow, dropsExtent: dropsExtent, failureSign: draft.failureSign,
            replaces: draft.replaces.flatMap { drafts[$0].failureSign }, timeoutNanos: draft.spec.timeoutNanos)
    }

    private mutating func note(
        _ output: EnsembleGraph.Output, _ facts: TensorFacts, madeBy index: Int, from source: Int?
    ) throws(ServingError) {
        let number = output.tensor
        if let before = tensors[number].facts {
            guard let both = before.widened(by: facts) else {
                throw fault("tensor '\(tensors[number].name)' is \(before) by one step and \(facts) by step '\(drafts[index].name)'")
            }
            tensors[number].facts = both
        } else {
            tensors[number].facts = facts
            let origin = source.map { tensors[$0].history + " → " } ?? ""
            // A long way is told by its beginning and its end.
            let way = origin.utf8.count > 400 ? String(origin.prefix(100)) + " … → " : origin
            tensors[number].history = "\(way)\(drafts[index].name).\(output.name) → '\(tensors[number].name)'"
        }
    }

    private mutating func condition(of draft: Draft) throws(ServingError) -> (ExpressionNode?, isPerRow: Bool) {
        let lookup: ExpressionParser.Lookup = { [tensors] name in
            guard let number = tensors.firstIndex(where: { $0.name == name && !$0.isSign }), let facts = tensors[number].facts else {
                return nil
            }
            return (number, facts.dataType)
        }
        do throws(ServingError) {
            var parts: [ExpressionNode] = []
            if let choice = draft.spec.choice { parts.append(try Self.chosen(choice, lookup: lookup)) }
            if let text = draft.spec.when ?? draft.spec.perRow { parts.append(try ExpressionParser.condition(text, lookup: lookup).root) }
            guard var condition = parts.first else { return (nil, false) }
            for part in parts.dropFirst() { condition = .both(condition, part) }
            guard draft.spec.perRow == nil || draft.spec.choice == nil else {
                throw ServingError(.invalidArgument, "a case of a switch has 'when', not 'where'")
            }
            return (condition, draft.spec.perRow != nil)
        } catch {
            throw fault("step '\(draft.name)': \(error.message)")
        }
    }

    /// The condition of a case: its key is the expression's value, or nobody's is.
    private static func chosen(_ choice: EnsembleSpec.Choice, lookup: ExpressionParser.Lookup) throws(ServingError) -> ExpressionNode {
        let root = try ExpressionParser.parse(choice.expression, lookup: lookup).root
        func equals(_ key: String) throws(ServingError) -> ExpressionNode {
            switch root.kind {
            case .text: return .equalText(root, .text(key))
            case .flag:
                guard key == "true" || key == "false" else { throw ServingError(.invalidArgument, "case '\(key)' of a truth value") }
                return .equalFlag(root, .flag(key == "true"))
            case .number:
                guard let number = Double(key) else { throw ServingError(.invalidArgument, "case '\(key)' of a number") }
                return .comparison(.equal, root, .number(number))
            }
        }
        if let key = choice.key { return try equals(key) }
        var others = ExpressionNode.flag(false)
        for key in choice.otherKeys { others = .either(others, try equals(key)) }
        return .not(others)
    }

    private mutating func sources(_ names: [String], of index: Int, input: String) throws(ServingError) -> ([Int], TensorFacts?) {
        var numbers: [Int] = []
        var facts: TensorFacts?
        for name in names {
            guard let number = known(name) else { continue }
            numbers.append(number)
            // Unknown only when the one who makes it is a model that is not there, and has a fallback.
            guard let own = tensors[number].facts else { continue }
            if let others = facts {
                guard let both = others.widened(by: own) else {
                    throw fault(
                        "input '\(input)' of step '\(drafts[index].name)' is \(tensors[numbers[0]].history), which is \(others), or \(tensors[number].history), which is \(own); they must be of one type"
                    )
                }
                facts = both
            } else {
                facts = own
            }
        }
        return (numbers, facts)
    }

    private mutating func modelPorts(
        _ index: Int
    ) throws(ServingError) -> ([EnsembleGraph.Input], [(output: EnsembleGraph.Output, facts: TensorFacts)], dropsExtent: Bool) {
        let draft = drafts[index]
        guard case .model(let model, _) = draft.spec.target else { return ([], [], false) }
        var inputs: [EnsembleGraph.Input] = []
        var drops: Bool?
        for name in draft.spec.mapped where draft.spec.inputs[name] == nil {
            throw fault("step '\(draft.name)' maps the rows of '\(name)', which is none of its inputs")
        }
        for (input, names) in draft.spec.inputs.sorted(by: { $0.key < $1.key }) {
            let (numbers, facts) = try sources(names, of: index, input: input)
            let isMapped = draft.spec.mapped.contains(input)
            var isOptional = false
            if let signature = draft.facts?.signature {
                guard let wanted = signature.inputs.first(where: { $0.name == input }) else { throw unknownInput(input, step: index) }
                isOptional = wanted.isOptional
                if var facts {
                    if isMapped, let dims = facts.dims {
                        guard let extent = dims.first else { throw misfit(numbers[0], facts, index, input, TensorFacts(wanted)) }
                        _ = extent
                        let dropped = wanted.dims.map { $0.count == dims.count - 1 } ?? false
                        guard drops == nil || drops == dropped else {
                            throw fault("the mapped inputs of step '\(draft.name)' are of different kinds")
                        }
                        drops = dropped
                        facts.dims = dropped ? Array(dims.dropFirst()) : [1] + dims.dropFirst()
                    }
                    guard facts.fits(TensorFacts(wanted)) else { throw misfit(numbers[0], facts, index, input, TensorFacts(wanted)) }
                }
            }
            inputs.append(EnsembleGraph.Input(name: Name(input), sources: numbers, isOptional: isOptional, isMapped: isMapped))
        }
        let dropsExtent = drops ?? false
        guard let signature = draft.facts?.signature else {
            // The model is not there: a fallback answers, and says what the tensors are.
            let outputs = draft.spec.outputs.sorted { $0.key < $1.key }
            return (
                inputs,
                outputs.compactMap { pair in known(pair.value).map { (EnsembleGraph.Output(name: pair.key, tensor: $0)) } }
                    .compactMap { output in factsOfReplacement(index, output).map { (output, $0) } }, dropsExtent
            )
        }
        for wanted in signature.inputs where !wanted.isOptional && draft.spec.inputs[wanted.name] == nil {
            throw fault("step '\(draft.name)' leaves out input '\(wanted.name)' (\(TensorFacts(wanted))) of model '\(model)'")
        }
        var made: [(output: EnsembleGraph.Output, facts: TensorFacts)] = []
        for name in draft.spec.outputs.keys.sorted() where !signature.outputs.contains(where: { $0.name == name }) {
            let known = signature.outputs.map { "'\($0.name)'" }.joined(separator: ", ")
            throw fault("step '\(draft.name)' uses output '\(name)' of model '\(model)', whose outputs are \(known)")
        }
        for output in signature.outputs {
            guard let name = draft.spec.outputs[output.name], let number = known(name) else { continue }
            var facts = TensorFacts(output)
            if !draft.spec.mapped.isEmpty, let dims = facts.dims { facts.dims = dropsExtent ? [-1] + dims : [-1] + dims.dropFirst() }
            made.append((EnsembleGraph.Output(name: output.name, tensor: number), facts))
        }
        return (inputs, made, dropsExtent)
    }

    /// What a fallback of the step would make of the same tensor.
    private func factsOfReplacement(_ index: Int, _ output: EnsembleGraph.Output) -> TensorFacts? {
        for draft in drafts where draft.chain == drafts[index].chain {
            guard let signature = draft.facts?.signature else { continue }
            for (own, name) in draft.spec.outputs where name == tensors[output.tensor].name {
                if let found = signature.outputs.first(where: { $0.name == own }) { return TensorFacts(found) }
            }
        }
        return nil
    }

    private mutating func builtinPorts(
        _ index: Int, _ builtin: any BuiltinStep
    ) throws(ServingError) -> ([EnsembleGraph.Input], [(output: EnsembleGraph.Output, facts: TensorFacts)]) {
        let draft = drafts[index]
        var inputs: [EnsembleGraph.Input] = []
        var facts: [TensorFacts] = []
        for (input, names) in draft.spec.inputs.sorted(by: { $0.key < $1.key }) {
            let (numbers, own) = try sources(names, of: index, input: input)
            guard let own else { throw fault("nothing says of which type input '\(input)' of step '\(draft.name)' is") }
            facts.append(own)
            inputs.append(EnsembleGraph.Input(name: Name(input), sources: numbers, isOptional: false, isMapped: false))
        }
        let results: [TensorFacts]
        do {
            results = try builtin.facts(of: facts)
        } catch {
            let history = inputs.first?.sources.first.map { tensors[$0].history } ?? ""
            throw fault("step '\(draft.name)' of \(history): \(error.message)")
        }
        let names = builtin.outputNames
        for name in draft.spec.outputs.keys.sorted() where !names.contains(name) {
            throw fault(
                "step '\(draft.name)' uses output '\(name)' of a built-in step whose outputs are \(names.map { "'\($0)'" }.joined(separator: ", "))"
            )
        }
        var made: [(output: EnsembleGraph.Output, facts: TensorFacts)] = []
        for (place, name) in names.enumerated() {
            guard let tensor = draft.spec.outputs[name], let number = known(tensor) else { continue }
            made.append((EnsembleGraph.Output(name: name, tensor: number), results[place]))
        }
        return (inputs, made)
    }
}
