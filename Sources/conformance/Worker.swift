import Engine
import Glibc

/// The child process: runs cases in order and says on standard output how each one went.
///
/// `begin NAME` comes before a case, so that a case that takes the process down is known; then `pass` or `fail REASON`.
enum Worker {
    /// Seconds after which a case is taken for hanging.
    private static let patienceSeconds: UInt32 = 120

    static func run(_ cases: ArraySlice<Case>, options: LoadOptions) {
        for item in cases {
            alarm(patienceSeconds)
            say("begin \(item.name)")
            if let reason = item.failure(options: options) {
                say("fail \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))")
            } else {
                say("pass")
            }
        }
        alarm(0)
    }

    /// Checks rows where the engine would batch; a case that it would batch in no arrangement says `none`.
    static func checkRows(_ cases: ArraySlice<Case>, options: LoadOptions) {
        for item in cases {
            alarm(patienceSeconds)
            say("begin \(item.name)")
            do throws(EngineError) {
                let result = try RowCheck(item, options: options)?.run() ?? (arrangements: 0, failure: nil)
                if let failure = result.failure { say("fail \(failure)") } else { say(result.arrangements > 0 ? "pass" : "none") }
            } catch {
                // What does not load or run is the business of the cases themselves.
                say("none")
            }
        }
        alarm(0)
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Loads and runs `rounds` broken forms of each case's model. Any error is fine; coming back is what counts.
    static func mutate(_ cases: ArraySlice<Case>, rounds: Int, seed: UInt64) {
        for item in cases {
            say("begin \(item.name)")
            let bytes = item.modelBytes
            for round in 0..<rounds {
                alarm(20)
                let number = seed &+ UInt64(round)
                say("round \(number)")
                var mutation = Mutation(seed: number)
                try? Trial.attempt(mutation.apply(to: bytes), isNative: item.isNative, optimise: round % 4 != 3)
            }
            say("pass")
        }
        alarm(0)
    }
}
