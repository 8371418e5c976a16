internal import ArgumentParser
internal import Console

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load every model of a repository (or one file) and run its golden requests; exit 1 on any fault.")

    @Argument(help: "A model repository, or one model's file.") var path: String

    func run() throws {
        guard RepositoryCheck(path: path).run() else { throw ExitCode.failure }
    }
}
