internal import Kernels

/// An operator that does no more than apply an activation that kernels know.
protocol ActivationOperation {
    var activation: Activation? { get }
}

extension RealUnaryOperation: ActivationOperation {
    var activation: Activation? { (function as? any ActivationFunction)?.activation }
}

extension NumberUnaryOperation: ActivationOperation {
    var activation: Activation? { (function as? any ActivationFunction)?.activation }
}
