/// How a model is made ready to run.
public struct LoadOptions: Sendable, Hashable {
    /// False turns every pass off, and memory planning with them: slow and plain, for comparison.
    public var optimise = true
    /// Passes to leave out, by name.
    public var disabledPasses: Set<Pass> = []
    public var limits = EngineLimits()

    public init() {}

    func isOn(_ pass: Pass) -> Bool { optimise && !disabledPasses.contains(pass) }
}

/// What may be done to a model between its file and its plan.
public enum Pass: String, Sendable, Hashable, CaseIterable {
    /// Computes at load what depends on constants alone.
    case foldConstants = "fold-constants"
    /// Puts the branch of an If whose condition is known at load in its place.
    case inlineBranches = "inline-branches"
    /// Drops what no output depends on.
    case removeDead = "remove-dead"
    /// Computes in one step what exporters write out in several, such as layer normalisation.
    case fusePatterns = "fuse-patterns"
    /// Puts normalisation, and whatever else scales or shifts channels, into the weights of the convolution before it.
    case foldChannels = "fold-channels"
    /// Lets convolutions and matrix products add a tensor and end in an activation.
    case fuseActivations = "fuse-activations"
    /// Keeps images in blocks of channels between convolutions.
    case blockChannels = "block-channels"
    /// Lets operators rearrange their weights.
    case prepare = "prepare"
    /// Gives values fixed places in one block of memory, for each set of input shapes.
    case planMemory = "plan-memory"
    /// Lets operators write over inputs that nothing reads any more.
    case writeInPlace = "write-in-place"
}

/// Bounds of the engine. Past any of them loading or running stops with an error that names it.
public struct EngineLimits: Sendable, Hashable {
    public var importing = ImportLimits()
    /// Bytes of one run's memory for values, and of any single value. Guards the machine against one request's shapes.
    public var planBytes = 4 << 30
    /// Bytes of one constant computed at load: larger ones are computed by each run, and so are those that would bring the
    /// sum of all beyond ``planBytes``.
    public var foldedBytes = 1 << 30
    /// Elements of one value computed when a plan meets new input shapes.
    public var foldedElementsPerShape = 4096
    /// Sets of input shapes that a plan remembers; the one used longest ago is forgotten first.
    public var rememberedShapes = 64
    /// Idle instances of one set of input shapes whose memory is kept for the next run.
    public var idleInstances = 4
    /// Bytes that idle instances of all shapes together may hold. Beyond it those of the shapes used longest ago are freed.
    public var idleBytes = 256 << 20
    /// Turns of one loop within one run. Guards against loops that never end.
    public var loopIterations = 100_000_000

    public init() {}
}
