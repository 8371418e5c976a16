internal import ArgumentParser
internal import Gateway

/// The `martlet` command: every subcommand reads its options and hands them to a room below.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Serves trained models from a directory over gRPC, on CPUs.",
        discussion: """
            Start with:  martlet serve --model-repository examples/models
            then ask:    martlet status
            """,
        version: martletVersion,
        subcommands: [
            Serve.self, Check.self, Inspect.self, Predict.self, Bench.self, Status.self, GateCommand.self, PackageCommand.self, Pause.self,
        ])
}
