internal import ArgumentParser
internal import Console

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a model takes and gives, its parameters, its operators, and how it will run.")

    @Argument(help: "The model's file, the folder of one model, or the name of a model that a server has.") var model: String
    @Flag(help: "Draw the graph of an ensemble in the language of Graphviz.") var dot = false
    @Flag(help: "Show which kernels this machine's processor gets.") var kernels = false
    @Option(help: "Shape of an input for the estimates, such as x=1,3,224,224. May be given again.") var inputShape: [InputShape] = []
    @Option(help: "The server that is asked for a name, HOST:PORT.") var target = "127.0.0.1:8001"
    @Option(help: "The version of a name (default: the server's choice).") var modelVersion = ""

    func run() async throws {
        if kernels { print(KernelReport().text) }
        if let ensemble = try EnsembleReport(path: model) {
            print(dot ? ensemble.dot : ensemble.text, terminator: "")
        } else if ModelReport.exists(model) {
            let shapes = Dictionary(inputShape.map { ($0.name, $0.numbers) }) { $1 }
            print(try ModelReport(path: model, shapes: shapes).text, terminator: "")
        } else {
            print(try await ServedModelReport(target: target, model: model, version: modelVersion).text(), terminator: "")
        }
    }
}
