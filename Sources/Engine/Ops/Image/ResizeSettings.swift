/// How coordinates of the result map to coordinates of the input, and what is taken there.
struct ResizeSettings: Sendable {
    enum Mode: Sendable {
        case nearest, linear, cubic
    }

    enum Transformation: String, Sendable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case cropAndResize = "tf_crop_and_resize"
        case halfPixelForNearest = "tf_half_pixel_for_nn"
    }

    enum Rounding: String, Sendable {
        case preferFloor = "round_prefer_floor"
        case preferCeiling = "round_prefer_ceil"
        case floor
        case ceiling = "ceil"
        /// Down when the axis grows, up when it shrinks: what versions before 11 did.
        case bySize
    }

    enum Policy: String, Sendable {
        case stretch
        case notLarger = "not_larger"
        case notSmaller = "not_smaller"
    }

    var mode = Mode.nearest
    var transformation = Transformation.asymmetric
    var rounding = Rounding.bySize
    var policy = Policy.stretch
    var cubicCoefficient: Float = -0.75
    var excludesOutside = false
    var extrapolationValue: Float = 0
    var antialiases = false
    /// The axes that roi, scales and sizes speak of; nil for all.
    var axes: [Int]?

    /// What the node says, as far as its version has it.
    init(_ node: Node) throws(EngineError) {
        switch try node.string("mode", default: "nearest") {
        case "nearest": mode = .nearest
        case "linear", "bilinear": mode = .linear
        case "cubic": mode = .cubic
        case let other: throw node.malformed("attribute 'mode' is '\(other)'")
        }
        guard node.operatorName == "Resize", node.version >= 11 else { return }
        transformation = try Self.choice(node, "coordinate_transformation_mode", .halfPixel)
        rounding = try Self.choice(node, "nearest_mode", .preferFloor)
        policy = try Self.choice(node, "keep_aspect_ratio_policy", .stretch)
        cubicCoefficient = try node.float("cubic_coeff_a", default: -0.75)
        excludesOutside = try node.bool("exclude_outside", default: false)
        extrapolationValue = try node.float("extrapolation_value", default: 0)
        antialiases = try node.bool("antialias", default: false) && mode != .nearest
        axes = try node.ints("axes")
    }

    private static func choice<T: RawRepresentable<String>>(_ node: Node, _ name: String, _ fallback: T) throws(EngineError) -> T {
        guard let text = try node.string(name) else { return fallback }
        guard let value = T(rawValue: text), text != "bySize" else { throw node.malformed("attribute '\(name)' is '\(text)'") }
        return value
    }
}
