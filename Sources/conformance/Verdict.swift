import Engine
import Glibc
import Tensors

extension Case {
    /// Runs the case. Nil when every output is as expected, else why not.
    func failure(options: LoadOptions) -> String? {
        do {
            let model = try loaded(options)
            var inputs: [Value] = []
            for (index, port) in model.signature.inputs.enumerated() {
                guard let path = path("input", index) else { return "the case has no input \(index) ('\(port.name)')" }
                inputs.append(Self.reinterpreted(try ValueFile.read(path: path, type: port.type), as: port.type))
            }
            let outputs = try model.run(inputs)
            // Twice, because the second run of a plan reuses what the first one made.
            let again = try model.run(inputs)
            for (index, port) in model.signature.outputs.enumerated() {
                guard let path = path("output", index) else { continue }
                let expected = Self.reinterpreted(try ValueFile.read(path: path, type: port.type), as: port.type)
                if let difference = difference(outputs[index], expected) { return "output '\(port.name)': \(difference)" }
                if let difference = difference(again[index], expected) { return "output '\(port.name)', second run: \(difference)" }
            }
            return nil
        } catch { return error.description }
    }

    private func loaded(_ options: LoadOptions) throws(EngineError) -> Model {
        let path = "\(folder)/\(modelName)"
        return isNative ? try Model.load(nativePath: path, options: options) : try Model.load(path: path, options: options)
    }

    /// The case's model, read and not yet planned.
    func imported() throws(EngineError) -> ImportedModel {
        isNative ? try NativeModel.graph(bytes: modelBytes) : try ImportedModel.load(path: "\(folder)/\(modelName)")
    }

    /// Old test data write bfloat16 as the integers of its bits, for want of a type.
    private static func reinterpreted(_ value: Value, as type: ValueType) -> Value {
        guard case .tensor(let tensor) = value, tensor.dataType == .uint16, type == .tensor(.bfloat16) else { return value }
        return .tensor(Tensor(dataType: .bfloat16, shape: tensor.shape, storage: tensor.storage, byteOffset: tensor.byteOffset))
    }

    private func difference(_ actual: Value, _ expected: Value) -> String? {
        switch (actual, expected) {
        case (.tensor(let actual), .tensor(let expected)): return difference(actual, expected)
        case (.none, .none): return nil
        case (.sequence(let actual, _), .sequence(let expected, _)):
            guard actual.count == expected.count else { return "a sequence of \(actual.count), expected \(expected.count)" }
            for (index, pair) in zip(actual, expected).enumerated() {
                if let difference = difference(pair.0, pair.1) { return "element \(index): \(difference)" }
            }
            return nil
        case (.map(let actual, _), .map(let expected, _)):
            guard actual.count == expected.count else { return "a map of \(actual.count), expected \(expected.count)" }
            for (mine, theirs) in zip(actual, expected) {
                if let difference = difference(mine.key, theirs.key) ?? difference(mine.value, theirs.value) {
                    return "entry: \(difference)"
                }
            }
            return nil
        default: return "\(actual.type), expected \(expected.type)"
        }
    }

    private func difference(_ actual: Tensor, _ expected: Tensor) -> String? {
        guard actual.dataType == expected.dataType else { return "wrong type: \(actual.dataType), expected \(expected.dataType)" }
        guard actual.shape == expected.shape else { return "wrong shape: \(actual.shape), expected \(expected.shape)" }
        if actual.dataType == .string {
            for index in 0..<expected.count where actual.strings[index] != expected.strings[index] {
                return "wrong value: element \(index) is '\(actual.strings[index])', expected '\(expected.strings[index])'"
            }
            return nil
        }
        guard let mine = numbers(actual), let theirs = numbers(expected) else {
            for index in 0..<expected.byteCount
            where actual.bytes.load(fromByteOffset: index, as: UInt8.self) != expected.bytes.load(fromByteOffset: index, as: UInt8.self) {
                return "wrong value: element \(index / expected.dataType.byteWidth) differs"
            }
            return nil
        }
        var worst = 0
        var failures = 0
        var largest = -1.0
        let scale = theirs.lazy.filter(\.isFinite).map(abs).max() ?? 0
        let allowance = absoluteTolerance + shareOfLargest * scale
        for index in mine.indices {
            let (a, b) = (mine[index], theirs[index])
            if a == b || (a.isNaN && b.isNaN) { continue }
            let gap = abs(a - b)
            if gap <= allowance + relativeTolerance * abs(b) { continue }
            failures += 1
            if gap.isNaN || gap > largest {
                largest = gap.isNaN ? .infinity : gap
                worst = index
            }
        }
        if failures == 0 { return nil }
        return "wrong value: \(failures) of \(mine.count) elements, worst is \(worst): \(mine[worst]), expected \(theirs[worst])"
    }

    /// Floating-point elements as doubles; nil for types that are compared exactly.
    private func numbers(_ tensor: Tensor) -> [Double]? {
        switch tensor.dataType {
        case .float32: tensor.elements(as: Float.self).map(Double.init)
        case .float64: tensor.elements(as: Double.self)
        case .complex64:
            tensor.elements(as: UInt64.self).flatMap { bits in
                [
                    Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))),
                    Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))),
                ]
            }
        case .float16: tensor.elements(as: UInt16.self).map(Self.float16)
        case .bfloat16: tensor.elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
        default: SmallFloat(tensor.dataType).map { format in tensor.elements(as: UInt8.self).map(format.value) }
        }
    }

    private static func float16(_ bits: UInt16) -> Double {
        let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
        let exponent = Int(bits >> 10) & 0x1F
        let fraction = Double(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
    }
}
