internal import Glibc

/// A worker that runs: its process, the socket and the memory shared with it. Belongs to one thread at a time.
final class WorkerLink {
    let child: ChildProcess
    let channel: WorkerChannel
    let hello: WorkerHello
    var questions: SharedSegment
    var answers: SharedSegment

    /// Bytes that both segments begin with.
    private static let firstBytes = 1 << 20

    /// Starts a worker and waits until it says hello.
    ///
    /// - Parameters:
    ///   - isAbandoned: asked now and then; true ends the wait.
    ///   - onChannel: told of the socket before the wait.
    init(
        _ setup: ProcessSetup, isAbandoned: () -> Bool, onChannel: (WorkerChannel) -> Void, output: WorkerOutput
    ) throws(ServingError) {
        let (ours, theirs) = try WorkerChannel.pair()
        defer { close(theirs) }
        let questions = try SharedSegment(byteCount: Self.firstBytes)
        let answers = try SharedSegment(byteCount: Self.firstBytes)
        let child = try ChildProcess(command: setup.command, environment: setup.environment, folder: setup.folder, socket: theirs)
        onChannel(ours)
        output.attach(child.outputDescriptor)
        func fault(_ what: String) -> ServingError {
            let ending = child.end()
            let said = output.detach(child)
            return ServingError(.unavailable, "the worker \(what.isEmpty ? ending : what)\(said.isEmpty ? "" : ": \(said)")")
        }
        guard ours.send(setup.configuration), ours.send(Self.notice(questions, role: 0), passing: questions.descriptor),
            ours.send(Self.notice(answers, role: 1), passing: answers.descriptor)
        else { throw fault("") }
        let limit = MonotonicClock.system.nowNanos &+ setup.spec.startTimeoutNanos
        switch ours.receive(untilNanos: limit, isAbandoned: isAbandoned) {
        case .packet(let packet):
            do throws(WorkerGarbage) {
                hello = try WorkerHello(packet)
            } catch {
                throw fault("began with garbage: \(error.reason)")
            }
        case .ended:
            // It may have closed the socket a moment before it ends.
            _ = child.end(withinNanos: 200_000_000)
            throw fault("")
        case .tooLong: throw fault("began with garbage")
        case .timedOut: throw fault("was not ready after \(setup.spec.startTimeoutNanos / 1_000_000) ms")
        case .abandoned: throw fault("is not needed any more")
        }
        self.child = child
        channel = ours
        self.questions = questions
        self.answers = answers
    }

    private static func notice(_ segment: SharedSegment, role: UInt8) -> [UInt8] {
        var packet = WorkerPacketWriter(.segment, call: 0)
        packet.add(role)
        packet.add(UInt64(segment.byteCount))
        return packet.bytes
    }

    /// Sees to it that questions of so many bytes fit. False when the worker is gone.
    func makeRoom(questions byteCount: Int) throws(ServingError) -> Bool {
        guard byteCount > questions.byteCount else { return true }
        questions = try SharedSegment(byteCount: max(byteCount, questions.byteCount * 2))
        return channel.send(Self.notice(questions, role: 0), passing: questions.descriptor)
    }

    /// Sees to it that answers of so many bytes fit. False when the worker is gone.
    func makeRoom(answers byteCount: Int) throws(ServingError) -> Bool {
        answers = try SharedSegment(byteCount: max(byteCount, answers.byteCount))
        return channel.send(Self.notice(answers, role: 1), passing: answers.descriptor)
    }

    func refuseRoom(call: UInt64) -> Bool { channel.send(WorkerPacketWriter(.noRoom, call: call).bytes) }
}
