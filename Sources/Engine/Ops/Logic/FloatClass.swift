internal import Tensors

/// A test of one float.
protocol FloatTest: Sendable {
    func holds<R: RealElement>(_ x: R) -> Bool

    /// Writes to `y` where the test holds. A requirement so that every test gets loops of its own.
    func map(_ run: NodeRun, _ x: Tensor, to y: Tensor)
}

extension FloatTest {
    @inline(__always)
    func map(_ run: NodeRun, _ x: Tensor, to y: Tensor) {
        if x.dataType == .float64 {
            ElementMap.run(run, x, y, costPerElement: 1) { (x: UnsafePointer<Double>, y: UnsafeMutablePointer<UInt8>, count) in
                for index in 0..<count { y[index] = holds(x[index]) ? 1 : 0 }
            }
        } else {
            ElementMap.run(run, x, y, costPerElement: 1) { (x: UnsafePointer<Float>, y: UnsafeMutablePointer<UInt8>, count) in
                for index in 0..<count { y[index] = holds(x[index]) ? 1 : 0 }
            }
        }
    }
}

/// IsNaN, IsInf.
struct FloatTestOperation<Test: FloatTest>: Operation {
    let node: Node
    let test: Test

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals.union(.float8))
        return [Fact(.bool, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        test.map(run, run.tensor(0), to: run.output(0))
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
}

struct IsNaN: FloatTest {
    @inline(__always) func holds<R: RealElement>(_ x: R) -> Bool { x != x }
}

struct IsInf: FloatTest {
    let negative: Bool
    let positive: Bool

    @inline(__always)
    func holds<R: RealElement>(_ x: R) -> Bool { (positive && x == .infinity) || (negative && x == -.infinity) }
}

enum FloatClass {
    static let all: [OperatorEntry] = [
        OperatorEntry("IsNaN", versions: 9...Int.max) { node in FloatTestOperation(node: node, test: IsNaN()) },
        OperatorEntry("IsInf", versions: 10...Int.max) { node throws(EngineError) in
            FloatTestOperation(
                node: node,
                test: IsInf(
                    negative: try node.bool("detect_negative", default: true),
                    positive: try node.bool("detect_positive", default: true)))
        },
    ]
}
