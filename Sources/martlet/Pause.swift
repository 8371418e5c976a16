internal import ArgumentParser

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wait for a number of seconds: a hook before the stop, for images that have no other program.", shouldDisplay: false)

    @Argument(help: "Seconds.") var seconds: Double

    func validate() throws {
        guard (0...3600).contains(seconds) else { throw ValidationError("seconds are from 0 to 3600") }
    }

    func run() async throws { try await Task.sleep(for: .seconds(seconds)) }
}
