/// One operator with its attributes read and checked: how to derive what comes out, and how to compute it.
///
/// An instance is immutable and shared by every run of its plan. Whatever is wrong with the *model* is thrown by the
/// entry's `make`, by ``infer(_:)`` or by ``prepare(_:)``; ``run(_:)`` throws only for what the elements alone can show,
/// such as an index out of range. None of them may trap, whatever the model or the request contains.
public protocol Operation: Sendable {
    /// The facts of the outputs, one each, from those of the inputs (nil where an optional input is left out).
    ///
    /// The one place where the operator's rules of type and shape are written. Called with symbols when a model is
    /// loaded, with every extent known before a run; a fact's `value` is set when the elements are known. Whatever
    /// cannot be known yet is `.unknown`; an extent that only running can tell stays so, and ``run(_:)`` calls
    /// ``NodeRun/allocate(_:dataType:shape:)`` for that output.
    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact]

    /// Computes the outputs of one run. Any thread; cost is that of the operator.
    func run(_ run: NodeRun) throws(EngineError)

    /// A better instance for these facts, for example with weights packed; nil when this one is as good.
    /// Called once at load, after constants are folded.
    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)?

    /// Where the rows of a batch are in the outputs, given where they are in the inputs.
    ///
    /// The default is the safe answer: rows that enter come out mixed. State it for every operator that keeps them apart.
    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis]

    /// The number of outputs whose rows ``rows(_:facts:)`` reports when it is not overridden.
    var outputCount: Int { get }

    /// The input whose memory output 0 shares, for operators that only give a tensor another shape.
    var aliasedInput: Int? { get }

    /// The input whose elements, in their order, are those of the only output, once all shapes are known: no step is needed
    /// then. ``aliasedInput`` unless it is overridden.
    func viewedInput(_ inputs: [Fact?], _ output: Fact) -> Int?

    /// Inputs whose memory output 0 may overwrite when nothing reads them afterwards and the byte counts agree:
    /// element i of the output depends on element i of that input, read before it is written.
    var overwritableInputs: [Int] { get }

    /// Inputs whose elements ``run(_:)`` does not read, because ``prepare(_:)`` made a copy in a form of its own: once no
    /// other node reads them either, they are freed. Their facts keep type and extents, but no elements, and
    /// ``NodeRun/tensor(_:)`` must not be asked for them.
    var packedInputs: [Int] { get }

    /// Whether every input has to be a tensor, which is then checked before ``infer(_:)`` is asked.
    var takesOnlyTensors: Bool { get }

    /// Whether ``run(_:)`` publishes every output, made elsewhere, and asks for no memory: then nothing has to be inferred again
    /// before a run whose shapes only running can tell.
    var publishesOutputs: Bool { get }

    /// False when two runs over the same inputs may differ, so that folding would be wrong.
    var isDeterministic: Bool { get }
}

extension Operation {
    public func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? { nil }

    public func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var result = RowAxis.absent
        for input in inputs where input != .absent {
            if case .mixed = input {
                result = input
                break
            }
            result = .mixed("it combines rows")
        }
        return [RowAxis](repeating: result, count: outputCount)
    }

    public var outputCount: Int { 1 }
    public var aliasedInput: Int? { nil }
    public func viewedInput(_ inputs: [Fact?], _ output: Fact) -> Int? { aliasedInput }
    public var overwritableInputs: [Int] { [] }
    public var packedInputs: [Int] { [] }
    public var takesOnlyTensors: Bool { true }
    public var publishesOutputs: Bool { false }
    public var isDeterministic: Bool { true }
}
