/// Where decoded pixels go, in the order that the caller asked for.
struct PixelCanvas {
    let base: UnsafeMutablePointer<UInt8>
    let width: Int
    let height: Int
    let format: PixelFormat

    /// The first byte of row `y`.
    @inline(__always)
    func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { base + y * width * format.channels }

    /// Sets a pixel of the canvas; the caller keeps `x` and `y` inside.
    @inline(__always)
    func put(_ x: Int, _ y: Int, red: UInt8, green: UInt8, blue: UInt8) {
        let at = y * width + x
        switch format {
        case .rgb:
            base[3 * at] = red
            base[3 * at + 1] = green
            base[3 * at + 2] = blue
        case .bgr:
            base[3 * at] = blue
            base[3 * at + 1] = green
            base[3 * at + 2] = red
        case .grayscale:
            base[at] = Self.gray(red, green, blue)
        }
    }

    /// Sets a pixel to a shade of gray.
    @inline(__always)
    func put(_ x: Int, _ y: Int, gray: UInt8) {
        let at = y * width + x
        switch format {
        case .rgb, .bgr:
            base[3 * at] = gray
            base[3 * at + 1] = gray
            base[3 * at + 2] = gray
        case .grayscale:
            base[at] = gray
        }
    }

    /// Sets a pixel from inks, where 255 is all of one.
    @inline(__always)
    func put(_ x: Int, _ y: Int, cyan: UInt8, magenta: UInt8, yellow: UInt8, black: UInt8) {
        let light = 255 - UInt32(black)
        func rest(_ ink: UInt8) -> UInt8 {
            let product = UInt32(ink) * light + 128
            return UInt8(truncatingIfNeeded: light - ((product >> 8) + product) >> 8)
        }
        put(x, y, red: rest(cyan), green: rest(magenta), blue: rest(yellow))
    }

    /// The brightness of a colour: 0.299, 0.587 and 0.114 of its parts, in 16-bit fixed point, rounded.
    @inline(__always)
    static func gray(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: (UInt32(red) * 19595 + UInt32(green) * 38470 + UInt32(blue) * 7471 + 0x8000) >> 16)
    }
}
