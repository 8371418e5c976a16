import Engine
import Glibc

let usage = """
    usage: conformance CASES_DIR [--list FILE] [--filter TEXT] [--optimise on|off]

    Runs every test case below CASES_DIR: folders of a model (ONNX or native), input_N.pb, output_N.pb and meta.json (rtol, atol).
      --list FILE      cases known not to pass, one a line: case-name # reason. One that passes must leave the list.
      --filter TEXT    only cases whose name contains TEXT
      --optimise off   no passes and no memory planning: the same answers the plain way
      --mutate N       instead of the cases, N broken forms of each model: all that counts is that none takes the process down
      --seed N         the first of those forms
      --rows           instead of the cases, rows of a batch against the same rows alone, wherever the engine would batch
      --at-least N     with --rows: fewer cases than this that can be checked are a failure
    """

func stop(_ message: String) -> Never {
    let text = Array((message + "\n").utf8)
    _ = write(2, text, text.count)
    exit(2)
}

var folder: String?
var expected = ExpectedList()
var filter: String?
var options = LoadOptions()
var workerStart: Int?
var mutations: Int?
var seed: UInt64 = 0
var checksRows = false
var least = 0

var remaining = CommandLine.arguments.dropFirst()
while let argument = remaining.popFirst() {
    func value() -> String {
        guard let value = remaining.popFirst() else { stop("\(argument) needs a value\n\n\(usage)") }
        return value
    }
    switch argument {
    case "--help", "-h":
        print(usage)
        exit(0)
    case "--list":
        let path = value()
        guard let list = ExpectedList(path: path) else { stop("cannot read the list '\(path)'") }
        expected = list
    case "--filter": filter = value()
    case "--optimise":
        switch value() {
        case "on": options.optimise = true
        case "off": options.optimise = false
        default: stop("--optimise is on or off")
        }
    case "--mutate": mutations = Int(value())
    case "--seed": seed = UInt64(value()) ?? 0
    case "--rows": checksRows = true
    case "--at-least": least = Int(value()) ?? 0
    case "--worker-from": workerStart = Int(value())
    default:
        guard !argument.hasPrefix("-"), folder == nil else { stop("unknown argument '\(argument)'\n\n\(usage)") }
        folder = argument
    }
}
guard let folder else { stop(usage) }
let cases = Case.all(below: folder).filter { filter == nil || $0.name.contains(filter ?? "") }
guard !cases.isEmpty else { stop("there is no case in '\(folder)'") }

if let workerStart {
    if let mutations {
        Worker.mutate(cases.dropFirst(workerStart), rounds: mutations, seed: seed)
    } else if checksRows {
        Worker.checkRows(cases.dropFirst(workerStart), options: options)
    } else {
        Worker.run(cases.dropFirst(workerStart), options: options)
    }
    exit(0)
}
let results = Supervisor(arguments: CommandLine.arguments, cases: cases).run()
if checksRows, results.count < least {
    stop("only \(results.count) of \(cases.count) models are batched in some arrangement, expected at least \(least)")
}
let report = Report(checksRows ? cases.filter { results[$0.name] != nil } : cases, results: results, expected: expected)
report.show()
exit(report.failed.isEmpty ? 0 : 1)
