internal import Synchronization
internal import Tensors

/// A plan's steps for one set of input shapes: what is computed already, what runs, and where each value is kept.
///
/// Immutable but for the instances kept for the next run, which a lock guards; no lock is held while steps run.
final class Schedule: Sendable {
    struct Step: Sendable {
        let operation: any Operation
        let place: String
        let inputs: [Int?]
        let outputs: [Int?]
        let outputFacts: [Fact]
        /// Whether facts have to be inferred again from the actual inputs before each run.
        let isDynamic: Bool
    }

    /// Where a value is during a run.
    enum Place: Sendable {
        /// Nobody needs it.
        case nowhere
        case constant(Value)
        /// What a run is given, by position.
        case entrance(Int)
        /// In the run's own memory, at this byte.
        case arena(Int)
        /// In the memory of output `position`.
        case exit(Int)
        /// Made anew by each run.
        case passing
    }

    let steps: [Step]
    /// By value; a view of another value has the place of that one.
    let places: [Place]
    /// By value; nil where only running can tell, and for anything but tensors.
    let shapes: [Shape?]
    let types: [ValueType]
    let entrances: [Int]
    let exits: [Int]
    let arenaBytes: Int
    /// Bytes that no single value may exceed.
    let limitBytes: Int
    let key: [EntranceKey]

    private let idle = Mutex<[Instance]>([])

    init(
        steps: [Step], places: [Place], shapes: [Shape?], types: [ValueType], entrances: [Int], exits: [Int], arenaBytes: Int,
        limitBytes: Int, key: [EntranceKey]
    ) {
        self.steps = steps
        self.places = places
        self.shapes = shapes
        self.types = types
        self.entrances = entrances
        self.exits = exits
        self.arenaBytes = arenaBytes
        self.limitBytes = limitBytes
        self.key = key
    }

    /// Whether this schedule is the one for these inputs.
    func fits(_ inputs: [Value]) -> Bool {
        guard inputs.count == key.count else { return false }
        for index in 0..<key.count where !key[index].fits(inputs[index]) { return false }
        return true
    }

    /// An instance for one run: an idle one if there is one.
    func takeInstance() -> Instance? { idle.withLock { $0.popLast() } }

    /// Keeps an instance for a later run. False when as many as `limit` are kept already.
    func give(_ instance: Instance, limit: Int) -> Bool {
        idle.withLock { idle in
            guard idle.count < limit else { return false }
            idle.append(instance)
            return true
        }
    }

    /// Frees the idle instances. Returns how many there were.
    func dropInstances() -> Int {
        // Freed after the lock is let go.
        idle.withLock { idle in
            defer { idle = [] }
            return idle
        }.count
    }

    /// Whether a run writes output `position` into memory that it is given, rather than handing on a value it has.
    func ownsMemory(ofExit position: Int) -> Bool {
        switch places[exits[position]] {
        case .exit, .entrance: true
        default: false
        }
    }

    /// The type and shape of output `position`, when they are known before a run.
    func exitShape(_ position: Int) -> (dataType: DataType, shape: Shape)? {
        let value = exits[position]
        guard case .tensor(let dataType) = types[value], let shape = shapes[value] else { return nil }
        return (dataType, shape)
    }
}

/// What a schedule depends on of one input: its type and shape.
struct EntranceKey: Sendable {
    let type: ValueType
    let shape: Shape?

    init(_ value: Value) {
        type = value.type
        shape = value.tensor?.shape
    }

    func fits(_ value: Value) -> Bool {
        if case .tensor(let tensor) = value {
            guard case .tensor(let dataType) = type, let shape else { return false }
            return tensor.dataType == dataType && tensor.shape == shape
        }
        return shape == nil && value.type == type
    }

    var fact: Fact {
        var fact = Fact(type: type)
        fact.dims = shape?.dims.map(Dim.known)
        return fact
    }
}
