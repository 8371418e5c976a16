internal import ArgumentParser
internal import Console

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a model takes and gives, its operators, and how it will run.")

    @Argument(help: "The model's file, or the folder of one model.") var model: String
    @Flag(help: "Draw the graph of an ensemble in the language of Graphviz.") var dot = false
    @Flag(help: "Show which kernels this machine's processor gets.") var kernels = false

    func run() throws {
        if kernels { print(KernelReport().text) }
        if let ensemble = try EnsembleReport(path: model) {
            print(dot ? ensemble.dot : ensemble.text, terminator: "")
            return
        }
        print(try ModelReport(path: model).text, terminator: "")
    }
}
