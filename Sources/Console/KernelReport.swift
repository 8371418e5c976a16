internal import Kernels

/// Which kernels this machine's processor gets.
public struct KernelReport {
    public init() {}

    public var text: String {
        let names = Kernels.available.map { "\($0.instructionSet)" }
        return "kernels    \(Kernels.table.instructionSet) (this processor runs \(names.joined(separator: ", ")))"
    }
}
