public import ArgumentParser
public import Console

struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send one request to a server and print the answer.")

    @Argument(help: "The model's name.") var model: String
    @Option(help: "An input: NAME=JSON, NAME=@FILE.json or NAME=@FILE.npy. May be given again.") var input: [String] = []
    @Option(help: "The server, HOST:PORT.") var target = "127.0.0.1:8001"
    @Option(help: "The version (default: the server's choice).") var modelVersion = ""
    @Option(help: "Form of the answer: json, table or npy (a file an output).") var output = PredictionForm.table
    @Flag(help: "Show where the time went: the queue, the run and, for an ensemble, every step.") var trace = false
    @Option(help: "Seconds to wait for the answer.") var timeout = 10.0

    func run() async throws {
        let prediction = PredictionCommand(target: target, model: model, version: modelVersion, inputs: input, timeoutSeconds: timeout, isTraced: trace)
        print(try await prediction.run(as: output), terminator: "")
    }
}

extension PredictionForm: ExpressibleByArgument {}
