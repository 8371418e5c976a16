internal import ArgumentParser
internal import Console

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Time a model in this process, without network or queue.")

    @Argument(help: "The model's file.") var model: String
    @Option(help: "Extent that an open leading dimension gets.") var batch = 1
    @Option(help: "Compute threads.") var threads = 1
    @Option(help: "Shape of an input, such as x=1,3,224,224. May be given again.") var inputShape: [InputShape] = []
    @Option(help: "Value of every element of an integer input, such as sr=16000. May be given again.") var inputValue: [InputShape] = []
    @Option(help: "How long to run.") var seconds = 1.0
    @Flag(help: "Print one line of JSON.") var json = false
    @Flag(help: "Print what each node costs instead.") var profile = false

    func run() throws {
        var benchmark = EngineBenchmark(path: model)
        benchmark.batch = batch
        benchmark.threads = threads
        benchmark.seconds = seconds
        benchmark.shapes = Dictionary(inputShape.map { ($0.name, $0.numbers) }) { $1 }
        benchmark.values = Dictionary(inputValue.compactMap { given in given.numbers.first.map { (given.name, $0) } }) { $1 }
        if profile {
            print(try benchmark.profile())
            return
        }
        let report = try benchmark.run()
        print(json ? report.json : report.table)
    }
}

/// `NAME=1,2,3` on the command line.
struct InputShape: ExpressibleByArgument {
    let name: String
    let numbers: [Int]

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        let parts = argument[argument.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: true)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count else { return nil }
        self.name = String(argument[..<equals])
        self.numbers = numbers
    }
}
