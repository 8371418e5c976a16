/// The size that a step gives pictures: `height` and `width`, or `shortest` or `longest` for a side that is to be no shorter or no longer,
/// the other in proportion; `multiple` rounds both to multiples of a number.
struct PictureSize: Sendable {
    /// Either side. Beyond: the options are refused, and at run time the step fails.
    static let maxSide = 16_384

    private let fixed: (height: Int, width: Int)?
    private let shortest: Int?
    private let longest: Int?
    private let multiple: Int

    init(_ options: inout StepOptions, isRequired: Bool) throws(ServingError) {
        let height = try options.int("height", in: 1...Self.maxSide)
        let width = try options.int("width", in: 1...Self.maxSide)
        shortest = try options.int("shortest", in: 1...Self.maxSide)
        longest = try options.int("longest", in: 1...Self.maxSide)
        multiple = try options.int("multiple", in: 1...1024) ?? 1
        guard (height == nil) == (width == nil) else { throw options.fault(height == nil ? "height" : "width", "given with the other one") }
        fixed = height.flatMap { height in width.map { (height, $0) } }
        if isRequired, fixed == nil, shortest == nil, longest == nil, multiple == 1 {
            throw options.fault("height", "given, with 'width', or 'shortest' or 'longest'")
        }
    }

    /// The extents as far as they are known before there is a picture.
    var known: (Int, Int) { fixed.map { ($0.height, $0.width) } ?? (-1, -1) }

    /// The size for a picture of some size; nil when it stays as it is.
    func size(height: Int, width: Int) -> (height: Int, width: Int)? {
        if let fixed { return fixed.height == height && fixed.width == width ? nil : fixed }
        var ratio = 1.0
        if let shortest, min(height, width) < shortest { ratio = Double(shortest) / Double(max(1, min(height, width))) }
        if let longest, Double(max(height, width)) * ratio > Double(longest) { ratio = Double(longest) / Double(max(1, max(height, width))) }
        func side(_ extent: Int) -> Int {
            let wanted = Double(extent) * ratio / Double(multiple)
            let rounded = multiple > 1 ? wanted.rounded() * Double(multiple) : wanted.rounded()
            return min(Self.maxSide, max(multiple, Int(saturating: rounded)))
        }
        let size = (height: side(height), width: side(width))
        return size.height == height && size.width == width ? nil : size
    }
}
