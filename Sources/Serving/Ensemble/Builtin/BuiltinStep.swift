internal import Tensors
internal import Text
internal import YAML

/// Something that an ensemble does without a model. Adding one is one file with this in it, and its line in ``BuiltinRegistry``.
///
/// Axes are those of whole tensors: 0 is the one with the request's rows, negative ones count from the end.
protocol BuiltinStep: Sendable {
    /// As configurations name it.
    static var name: String { get }
    /// Input names of the step; nil when it takes any number of any names, in the order of the names.
    static var inputNames: [String]? { get }
    var outputNames: [String] { get }
    /// What it does with an element, or with a byte of text, beside reading it once.
    var workPerElement: Int { get }

    /// - Throws: for options that make no sense.
    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError)

    /// What it makes of tensors like these, by the order of the outputs; checked once, at load.
    ///
    /// - Throws: for tensors that it cannot take.
    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts]

    /// - Parameter inputs: in the order of their names; of the checked types, but any shape.
    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor]
}

extension BuiltinStep {
    static var inputNames: [String]? { ["x"] }
    var outputNames: [String] { ["y"] }
    var workPerElement: Int { 1 }
}

/// All built-in steps.
enum BuiltinRegistry {
    static let all: [any BuiltinStep.Type] = [
        IdentityStep.self, CastStep.self, ReshapeStep.self, ConcatStep.self, SliceStep.self, SelectStep.self, ScaleStep.self,
        OneHotStep.self,
        SoftmaxStep.self, SigmoidStep.self, ArgmaxStep.self, TopKStep.self, ThresholdStep.self, ReduceStep.self, CombineStep.self,
        WeightedAverageStep.self, MajorityVoteStep.self, FillStep.self, LabelStep.self, TextStep.self, JoinStep.self, LengthStep.self,
        ContainsStep.self, WordPieceStep.self, MeanPoolStep.self, SuppressionStep.self,
        BytePairStep.self, TransposeStep.self, GatherStep.self,
        DecodeImageStep.self, ResizeImageStep.self, CropBoxesStep.self, TurnBoxesStep.self, TextBoxesStep.self, CTCDecodeStep.self,
    ]

    /// The built-in step that configurations call `name`.
    ///
    /// - Parameter files: gives the content of a file that the model's configuration names; nil when there is none.
    static func make(
        _ name: String, options: [String: StepOption], inputs: [String], files: (String) -> [UInt8]? = { _ in nil }
    ) throws(ServingError) -> any BuiltinStep {
        guard let type = all.first(where: { $0.name == name }) else {
            let hint = NearestName.of(name, among: all.map { $0.name }).map { "; did you mean '\($0)'?" }
            throw ServingError(
                .invalidArgument,
                "there is no built-in step '\(name)'\(hint ?? "; known are \(all.map { $0.name }.sorted().joined(separator: ", "))")")
        }
        if let names = type.inputNames {
            guard names.sorted() == inputs else {
                throw ServingError(
                    .invalidArgument,
                    "'\(name)' takes \(names.isEmpty ? "no input" : names.joined(separator: ", ")), not \(inputs.joined(separator: ", "))")
            }
        } else if inputs.isEmpty {
            throw ServingError(.invalidArgument, "'\(name)' takes one input at least")
        }
        // The files are asked for while the step is made, and never after.
        return try withoutActuallyEscaping(files) { files throws(ServingError) in
            try make(type, StepOptions(options, step: name, files: files), inputs)
        }
    }

    private static func make(_ type: any BuiltinStep.Type, _ options: StepOptions, _ inputs: [String]) throws(ServingError)
        -> any BuiltinStep
    {
        var reader = options
        let step = try type.init(&reader, inputs: inputs)
        try reader.finish()
        return step
    }
}
