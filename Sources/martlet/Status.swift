internal import ArgumentParser
internal import Console

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a server's models, versions and states.")

    @Option(help: "The server, HOST:PORT.") var target = "127.0.0.1:8001"
    @Flag(help: "Print nothing; exit 0 when the server is ready, 1 otherwise.") var probe = false

    func run() async throws {
        let command = StatusCommand(target: target)
        if probe {
            guard await command.isReady() else { throw ExitCode.failure }
        } else {
            print(try await command.run(), terminator: "")
        }
    }
}
