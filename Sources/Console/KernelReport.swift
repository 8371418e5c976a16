internal import Kernels

/// Which kernels this machine's processor gets.
public struct KernelReport {
    public init() {}

    public var text: String {
        let names = Kernels.available.map { "\($0.instructionSet)\($0.hasByteDot ? " with byte dot products" : "")" }
        return "kernels    \(names.last ?? "none") (of \(names.joined(separator: ", ")))"
    }
}
