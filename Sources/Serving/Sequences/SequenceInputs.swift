internal import Tensors
internal import Text

/// The inputs that callers do not see and a sequence's requests are completed with, checked against the model's signature once.
struct SequenceInputs: Sendable {
    private struct ControlInput {
        var control: SequenceSpec.Control
        var signature: TensorSignature
        /// One element for false and one for true; nil for the correlation identifier.
        var values: (no: Tensor, yes: Tensor)?
    }

    private let controls: [ControlInput]
    private let stateInputs: [Name]
    let stateOutputs: [String]
    let initialStates: [Tensor]
    /// The signature that callers see.
    let visible: ModelSignature

    /// - Parameters:
    ///   - signature: the model's whole one.
    ///   - folder: the model's folder, where files of initial states are.
    init(
        _ spec: SequenceSpec, signature: ModelSignature, model: String, hasRows: Bool, folder: String?
    ) throws(ServingError) {
        var controls: [ControlInput] = []
        for control in spec.controls {
            guard let input = signature.inputs.first(where: { $0.name == control.inputName }) else {
                throw ServingError(.invalidArgument, "model '\(model)' has no input '\(control.inputName)' for a sequence control")
            }
            guard input.dataType == control.dataType else {
                throw ServingError(
                    .invalidArgument,
                    "the sequence control '\(control.inputName)' of model '\(model)' is declared \(control.dataType.kserveName), but its file has \(input.dataType.kserveName)"
                )
            }
            let shape = Shape((input.dims ?? [1]).map { _ in 1 })
            guard control.kind != .correlationID else {
                controls.append(ControlInput(control: control, signature: input, values: nil))
                continue
            }
            guard control.falseTrue.count == 2, let no = Tensor(number: control.falseTrue[0], dataType: input.dataType, shape: shape),
                let yes = Tensor(number: control.falseTrue[1], dataType: input.dataType, shape: shape)
            else {
                throw ServingError(
                    .invalidArgument, "the sequence control '\(control.inputName)' of model '\(model)' cannot hold its values")
            }
            controls.append(ControlInput(control: control, signature: input, values: (no, yes)))
        }
        self.controls = controls
        var initial: [Tensor] = []
        for state in spec.states {
            guard let input = signature.inputs.first(where: { $0.name == state.inputName }),
                let output = signature.outputs.first(where: { $0.name == state.outputName })
            else {
                throw ServingError(
                    .invalidArgument, "model '\(model)' has no input '\(state.inputName)' with an output '\(state.outputName)' for a state")
            }
            guard input.dataType == output.dataType, input.dataType == state.dataType else {
                throw ServingError(
                    .invalidArgument,
                    "the state '\(state.inputName)' of model '\(model)' is declared \(state.dataType.kserveName), but its file has \(input.dataType.kserveName) in and \(output.dataType.kserveName) out"
                )
            }
            let dims = (hasRows ? [1] : []) + state.dims.map { $0 < 0 ? 1 : $0 }
            guard let shape = Shape(checking: dims), input.dims.map({ Self.fits(shape, $0) }) ?? true else {
                throw ServingError(
                    .invalidArgument, "the state '\(state.inputName)' of model '\(model)' has shape \(dims), which its input does not take")
            }
            initial.append(try Self.initial(state, shape: shape, model: model, folder: folder))
        }
        initialStates = initial
        stateInputs = spec.states.map { Name($0.inputName) }
        stateOutputs = spec.states.map(\.outputName)
        let hiddenInputs = Set(spec.controls.map(\.inputName) + spec.states.map(\.inputName))
        let hiddenOutputs = Set(stateOutputs)
        visible = ModelSignature(
            inputs: signature.inputs.filter { !hiddenInputs.contains($0.name) },
            outputs: signature.outputs.filter { !hiddenOutputs.contains($0.name) })
    }

    /// Adds the controls and states to a request that has only its caller's inputs.
    func complete(_ request: InferenceRequest, _ position: SequencePosition, states: [Tensor]) throws(ServingError) {
        for input in controls {
            let tensor: Tensor
            switch input.control.kind {
            case .start: tensor = choose(input, position.isStart)
            case .end: tensor = choose(input, position.isEnd)
            case .ready: tensor = choose(input, true)
            case .correlationID: tensor = try identifier(position.identifier, input)
            }
            request.inputs.append(InputTensor(name: Name(input.control.inputName), tensor))
        }
        for (name, state) in zip(stateInputs, states) { request.inputs.append(InputTensor(name: name, state)) }
        if !request.requestedOutputs.isEmpty {
            for output in stateOutputs { request.requestedOutputs.append(Name(output)) }
        }
    }

    private func choose(_ input: ControlInput, _ isTrue: Bool) -> Tensor {
        guard let values = input.values else { preconditionFailure("a control without values") }
        return isTrue ? values.yes : values.no
    }

    private func identifier(_ identifier: SequencePosition.Identifier, _ input: ControlInput) throws(ServingError) -> Tensor {
        let shape = Shape((input.signature.dims ?? [1]).map { _ in 1 })
        if input.signature.dataType == .string { return Tensor(strings: [ByteString(identifier.description)], shape: shape) }
        let tensor = Tensor(zerosOf: input.signature.dataType, shape: shape)
        guard case .number(let number) = identifier, tensor.store(number) else {
            throw ServingError(
                .invalidArgument,
                "the correlation ID '\(identifier)' does not fit the input '\(input.control.inputName)' of type \(input.signature.dataType.kserveName)"
            )
        }
        return tensor
    }

    private static func fits(_ shape: Shape, _ dims: [Int]) -> Bool {
        shape.rank == dims.count && zip(shape.dims, dims).allSatisfy { $1 < 0 || $0 == $1 }
    }

    private static func initial(
        _ state: SequenceSpec.State, shape: Shape, model: String, folder: String?
    ) throws(ServingError) -> Tensor {
        let tensor = Tensor(zerosOf: state.dataType, shape: shape)
        guard case .file(let name) = state.initial else { return tensor }
        let path = "\(folder ?? ".")/initial_state/\(name)"
        guard !name.contains(".."), state.dataType != .string,
            let bytes = try? BoundedFile.contents(of: path, limit: Directory.maxFileBytes), bytes.count == tensor.byteCount
        else {
            throw ServingError(
                .invalidArgument, "the state '\(state.inputName)' of model '\(model)' needs \(tensor.byteCount) bytes in '\(path)'")
        }
        tensor.mutableBytes.copyMemory(from: bytes, byteCount: bytes.count)
        return tensor
    }
}

extension Tensor {
    /// One number in every element, or nil when the type cannot hold it.
    fileprivate init?(number: Double, dataType: DataType, shape: Shape) {
        self.init(dataType: dataType, shape: shape)
        let element = JSONElement.double(number)
        for index in 0..<count {
            if dataType == .bool {
                mutablePointer(as: UInt8.self)[index] = number == 0 ? 0 : 1
            } else if !element.store(in: self, at: index) {
                return nil
            }
        }
    }

    /// Writes an identifier into the one element; false when it does not fit.
    fileprivate func store(_ number: UInt64) -> Bool { JSONElement.uint(number).store(in: self, at: 0) }
}
