import Kernels
import Testing

@Suite struct RecurrentTests {
    func sigmoid(_ x: Float) -> Double { Reference.activate(.sigmoid, Double(x)) }
    func tanh(_ x: Double) -> Double { Reference.activate(.tanh, x) }

    @Test(arguments: Kernels.available)
    func `a step of an LSTM follows its equations at every width`(_ table: KernelTable) {
        var random = Random(81)
        for n in 0..<40 {
            let gates = random.floats(4 * n + 1, in: -4...4)
            let peepholes = random.floats(3 * n + 1)
            let cell = random.floats(n)
            for hasPeepholes in [false, true] {
                let p = { (gate: Int, i: Int) in hasPeepholes ? peepholes[gate * n + i] : 0 }
                var c = Guarded(cell)
                var h = Guarded(n)
                peepholes.withUnsafeBufferPointer { peepholes in
                    c.write { c in h.write { table.recurrent.lstm(gates, hasPeepholes ? peepholes.baseAddress : nil, c, $0, n) } }
                }
                #expect(c.isIntact && h.isIntact)
                for i in 0..<n {
                    let new =
                        sigmoid(gates[2 * n + i] + p(2, i) * cell[i]) * Double(cell[i])
                        + sigmoid(gates[i] + p(0, i) * cell[i]) * tanh(Double(gates[3 * n + i]))
                    let hidden = sigmoid(gates[n + i] + p(1, i) * Float(new)) * tanh(new)
                    #expect(abs(Double(c.values[i]) - new) < 1e-6 && abs(Double(h.values[i]) - hidden) < 1e-6)
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `a step of a GRU follows its equations at every width`(_ table: KernelTable) {
        var random = Random(82)
        for n in 0..<40 {
            let x = random.floats(3 * n + 1, in: -3...3)
            let y = random.floats(3 * n + 1, in: -3...3)
            let previous = random.floats(n)
            var h = Guarded(previous)
            h.write { table.recurrent.gru(x, y, $0, $0, n) }
            #expect(h.isIntact)
            for i in 0..<n {
                let z = sigmoid(x[i] + y[i])
                let r = sigmoid(x[n + i] + y[n + i])
                let new = tanh(Double(x[2 * n + i]) + r * Double(y[2 * n + i]))
                #expect(abs(Double(h.values[i]) - ((1 - z) * new + z * Double(previous[i]))) < 1e-6)
            }
        }
    }
}
