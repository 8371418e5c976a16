/// Floats with cache-line alignment, filled with small numbers; freed with the process.
func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: (count + 64) * 4, alignment: 64)
    let floats = raw.bindMemory(to: Float.self, capacity: count + 64)
    var state: UInt32 = 12345
    for i in 0..<count + 64 {
        state = state &* 1_664_525 &+ 1_013_904_223
        floats[i] = Float(state >> 8) * 0x1p-24 - 0.5
    }
    return floats
}

func column(_ value: Double, _ width: Int = 8, places: Int = 1) -> String {
    let unit: Double = places == 1 ? 10 : 100
    let text = value.isFinite ? "\((value * unit).rounded() / unit)" : "\(value)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
}

func column(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
