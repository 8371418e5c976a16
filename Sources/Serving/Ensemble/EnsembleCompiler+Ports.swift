internal import Tensors

extension EnsembleCompiler {
    /// The tensors that requests bring, with what is known of each: what the configuration says, narrowed by who takes it.
    mutating func ensembleInputs() throws(ServingError) -> [Int] {
        hasRows = decideRows()
        var inputs: [Int] = []
        for declared in spec.inputs {
            guard declared.reshape == nil else { throw fault("input '\(declared.name)' has a 'reshape'; a step of its own does that") }
            let number = tensor(declared.name)
            guard tensors[number].makers.isEmpty else {
                throw fault("'\(declared.name)' is an input, but step '\(drafts[tensors[number].makers[0]].name)' makes it as well")
            }
            inputs.append(number)
        }
        for (number, draft) in tensors.enumerated() where draft.makers.isEmpty && !draft.isSign && !inputs.contains(number) {
            guard spec.inputs.isEmpty else {
                let step = draft.waiters.first.map { drafts[$0].name } ?? ""
                throw fault("step '\(step)' takes tensor '\(draft.name)', which is neither an input of the ensemble nor made by any step")
            }
            inputs.append(number)
        }
        for number in inputs { tensors[number].facts = try inputFacts(number) }
        return inputs
    }

    /// Whether the ensemble's tensors have the request's rows along their leading extent.
    private func decideRows() -> Bool {
        if let declared = spec.maxBatchRows { return declared > 0 }
        // Not said: then if every member has rows, and nothing declared says otherwise.
        let declaresFixed = (spec.inputs + spec.outputs).contains { tensor in tensor.dims.map { ($0.first ?? 0) >= 0 } ?? false }
        return !declaresFixed && drafts.allSatisfy { $0.builtin != nil || $0.facts?.hasRows ?? true }
    }

    func declared(_ tensor: TensorSpec) -> [Int]? {
        guard let dims = tensor.dims else { return nil }
        return (spec.maxBatchRows ?? 0) > 0 ? [-1] + dims : dims
    }

    private func inputFacts(_ number: Int) throws(ServingError) -> TensorFacts {
        let name = tensors[number].name
        let declaration = spec.inputs.first { $0.name == name }
        var facts = declaration.flatMap { tensor in tensor.dataType.map { TensorFacts($0, declared(tensor)) } }
        for index in tensors[number].waiters {
            guard let member = drafts[index].facts else { continue }
            for (input, sources) in drafts[index].spec.inputs.sorted(by: { $0.key < $1.key }) where sources.contains(name) {
                guard let wanted = member.signature.inputs.first(where: { $0.name == input }) else {
                    throw unknownInput(input, step: index)
                }
                var taken = TensorFacts(wanted)
                if drafts[index].spec.mapped.contains(input) { taken.dims = nil }
                // Rows of a tensor may be chosen, cut and joined: what the member's rows are bound to says nothing of the request's.
                if member.hasRows, taken.dims?.isEmpty == false { taken.dims?[0] = -1 }
                guard let known = facts else {
                    facts = TensorFacts(taken.dataType, declaration.flatMap { declared($0) } ?? taken.dims)
                    continue
                }
                guard known.fits(taken) else { throw misfit(number, known, index, input, taken) }
                facts = known.narrowed(by: taken)
            }
        }
        guard let facts else {
            throw fault("nothing says of which type input '\(name)' is; declare it under 'inputs' with its datatype and shape")
        }
        return facts
    }

    func unknownInput(_ input: String, step: Int) -> ServingError {
        let known = drafts[step].facts?.signature.inputs.map { "'\($0.name)'" }.joined(separator: ", ") ?? ""
        return fault(
            "step '\(drafts[step].name)' feeds input '\(input)' of model '\(drafts[step].facts?.member.model ?? "")', whose inputs are \(known)"
        )
    }

    func misfit(_ number: Int, _ facts: TensorFacts, _ step: Int, _ input: String, _ wanted: TensorFacts) -> ServingError {
        let target: String
        switch drafts[step].spec.target {
        case .model(let name, _): target = "model '\(name)'"
        case .builtin(let name, _): target = "'\(name)'"
        }
        return fault(
            "\(tensors[number].history) is \(facts), but input '\(input)' of step '\(drafts[step].name)' (\(target)) takes \(wanted)")
    }

    /// The outputs of the ensemble: those that are declared, or else every tensor that is made and not used.
    func results() throws(ServingError) -> [(result: EnsembleGraph.Result, signature: TensorSignature)] {
        var results: [(result: EnsembleGraph.Result, signature: TensorSignature)] = []
        let declarations =
            spec.outputs.isEmpty
            ? tensors.filter { !$0.makers.isEmpty && $0.waiters.isEmpty }.map { TensorSpec(name: $0.name) } : spec.outputs
        guard !declarations.isEmpty else { throw fault("it has no outputs") }
        for declaration in declarations {
            guard declaration.reshape == nil else {
                throw fault("output '\(declaration.name)' has a 'reshape'; a step of its own does that")
            }
            var facts: TensorFacts?
            var sources: [Int] = []
            for name in ensemble.outputSources[declaration.name] ?? [declaration.name] {
                guard let number = known(name), let own = tensors[number].facts else {
                    throw fault("output '\(declaration.name)' is to be tensor '\(name)', which no step makes")
                }
                sources.append(number)
                guard let others = facts else {
                    facts = own
                    continue
                }
                guard let both = others.widened(by: own) else {
                    throw fault(
                        "output '\(declaration.name)' is \(tensors[sources[0]].history), which is \(others), or \(tensors[number].history), which is \(own); they must be of one type"
                    )
                }
                facts = both
            }
            guard var facts, let first = sources.first else { throw fault("output '\(declaration.name)' has no tensor") }
            let wanted = TensorFacts(declaration.dataType ?? facts.dataType, declared(declaration))
            guard facts.fits(wanted) else {
                throw fault("\(tensors[first].history) is \(facts), but output '\(declaration.name)' is declared as \(wanted)")
            }
            facts = facts.narrowed(by: wanted)
            results.append(
                (
                    EnsembleGraph.Result(name: declaration.name, sources: sources, isOptional: declaration.isOptional),
                    TensorSignature(name: declaration.name, dataType: facts.dataType, dims: facts.dims, isOptional: declaration.isOptional)
                ))
        }
        return results
    }

    func graph(
        steps: [EnsembleGraph.Step], order: [Int], inputs: [Int],
        results: [(result: EnsembleGraph.Result, signature: TensorSignature)], defaultMaxRows: Int
    ) throws(ServingError) -> EnsembleGraph {
        var ports: [TensorSignature] = []
        for number in inputs {
            guard let facts = tensors[number].facts else { continue }
            let declaration = spec.inputs.first { $0.name == tensors[number].name }
            var dims = facts.dims
            if hasRows {
                // Requests bring any number of rows, whatever one of the members was exported with.
                guard dims?.isEmpty != true else {
                    throw fault("input '\(tensors[number].name)' is a scalar and has no rows; set max_batch_size: 0")
                }
                dims?[0] = -1
            }
            ports.append(
                TensorSignature(
                    name: tensors[number].name, dataType: facts.dataType, dims: dims, isOptional: declaration?.isOptional ?? false))
        }
        var outputs = results.map(\.signature)
        if hasRows {
            for index in outputs.indices {
                guard var dims = outputs[index].dims, !dims.isEmpty else { continue }
                dims[0] = -1
                outputs[index] = TensorSignature(
                    name: outputs[index].name, dataType: outputs[index].dataType, dims: dims, isOptional: outputs[index].isOptional)
            }
        }
        let declaredRows = spec.maxBatchRows.flatMap { $0 > 0 ? $0 : nil }
        return EnsembleGraph(
            model: model, signature: ModelSignature(inputs: ports, outputs: outputs), hasRows: hasRows,
            maxRows: hasRows ? declaredRows ?? members.filter(\.hasRows).map(\.maxRows).min() ?? defaultMaxRows : 1,
            tensors: tensors.map { draft in
                EnsembleGraph.TensorNode(
                    name: draft.name, facts: draft.facts ?? TensorFacts(.bool, nil), makers: draft.makers.count, waiters: draft.waiters)
            },
            steps: steps, order: order, inputs: inputs, results: results.map(\.result), waits: dependencies.map(\.count))
    }
}
