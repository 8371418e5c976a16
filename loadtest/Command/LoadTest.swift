internal import ArgumentParser
internal import LoadTesting

/// The `loadtest` command: reads what is asked for, has it done, and says what came out.
@main
struct LoadTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loadtest",
        abstract: "Load tests for inference servers, and for any unary gRPC method.",
        discussion: """
            Closed loop:  loadtest --target 127.0.0.1:8001 --model digits-mlp --connections 4 --streams 16
            Open loop:    loadtest --target 127.0.0.1:8001 --model digits-mlp --rate 5000 --assert 'p99 < 5ms'
            A scenario:   loadtest --target 127.0.0.1:8001 --scenario loadtest/scenarios/smoke.yaml

            Latencies of open loops count from the time at which a request was due. Exit code: 0 for a sound run whose assertions hold; 1 when no
            request succeeded, an answer was wrong or an assertion fails; 2 when the run was not possible.
            """)

    @OptionGroup(title: "Target") var target: TargetOptions
    @OptionGroup(title: "Requests") var requests: RequestOptions
    @OptionGroup(title: "Load") var load: LoadOptions
    @OptionGroup(title: "Judgement") var judgement: JudgementOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions

    func run() async throws {
        do {
            let session = try await Session(target, requests, load, judgement, reports)
            guard try await session.run() else { throw ExitCode(1) }
        } catch let error as LoadError {
            Terminal.complain("loadtest: \(error)")
            throw ExitCode(2)
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.complain("loadtest: \(error)")
            throw ExitCode(2)
        }
    }
}
