internal import COpenJPEG

/// JPEG 2000, by libopenjp2, which gets the code stream only, and only after ``JPEG2000Header`` has counted what it would be asked to do.
struct JPEG2000Image: ImageCodec {
    let width: Int
    let height: Int
    private let container: JPEG2000Container

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        container = try JPEG2000Container(field)
        let header = try JPEG2000Header(container.codeStream, limits)
        width = header.width
        height = header.height
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        let field = container.codeStream
        let noMemory = ImageError(.tooLarge, "JPEG 2000: no memory for a decoder")
        guard let codec = opj_create_decompress(OPJ_CODEC_J2K) else { throw noMemory }
        defer { opj_destroy_codec(codec) }
        var parameters = opj_dparameters_t()
        opj_set_default_decoder_parameters(&parameters)
        guard opj_setup_decoder(codec, &parameters) != 0 else { throw noMemory }

        let source = UnsafeMutablePointer<CodeStreamCursor>.allocate(capacity: 1)
        source.initialize(to: CodeStreamCursor(bytes: field.bytes))
        defer { source.deallocate() }
        guard let stream = opj_stream_create(64 << 10, 1) else { throw noMemory }
        defer { opj_stream_destroy(stream) }
        opj_stream_set_user_data(stream, source, nil)
        opj_stream_set_user_data_length(stream, UInt64(field.count))
        opj_stream_set_read_function(stream, readCodeStream)
        opj_stream_set_skip_function(stream, skipCodeStream)
        opj_stream_set_seek_function(stream, seekCodeStream)

        var made: UnsafeMutablePointer<opj_image_t>?
        defer { opj_image_destroy(made) }
        guard opj_read_header(stream, codec, &made) != 0, let image = made else { throw field.malformed("its header cannot be read") }
        guard opj_decode(codec, stream, image) != 0, opj_end_decompress(codec, stream) != 0 else {
            throw field.malformed("it ends early or is corrupt")
        }
        try write(image, canvas)
    }

    private func write(_ image: UnsafeMutablePointer<opj_image_t>, _ canvas: PixelCanvas) throws(ImageError) {
        let field = container.codeStream
        let components = try (0..<min(3, Int(image.pointee.numcomps))).map { (index) throws(ImageError) in
            guard let component = Component(image.pointee.comps[index]) else { throw field.malformed("component \(index) is empty") }
            return component
        }
        guard let first = components.first else { throw field.malformed("no component") }
        for y in 0..<height {
            for x in 0..<width {
                guard components.count == 3 else {
                    canvas.put(x, y, gray: first.value(x, y))
                    continue
                }
                let values = (first.value(x, y), components[1].value(x, y), components[2].value(x, y))
                guard container.isYCC else {
                    canvas.put(x, y, red: values.0, green: values.1, blue: values.2)
                    continue
                }
                let (light, toBlue, toRed) = (Float(values.0), Float(values.1) - 128, Float(values.2) - 128)
                func byte(_ value: Float) -> UInt8 { UInt8(max(0, min(255, value.rounded()))) }
                canvas.put(
                    x, y, red: byte(light + 1.402 * toRed), green: byte(light - 0.344136 * toBlue - 0.714136 * toRed),
                    blue: byte(light + 1.772 * toBlue))
            }
        }
    }

    /// One component's samples, which may be fewer than the picture's pixels.
    private struct Component {
        let data: UnsafeMutablePointer<Int32>
        let width, height, stepX, stepY: Int
        let precision: Int32
        let offset: Int32

        init?(_ component: opj_image_comp_t) {
            guard let data = component.data, component.w > 0, component.h > 0, component.dx > 0, component.dy > 0,
                (1...31).contains(component.prec)
            else { return nil }
            self.data = data
            (width, height, stepX, stepY) = (Int(component.w), Int(component.h), Int(component.dx), Int(component.dy))
            precision = Int32(component.prec)
            offset = component.sgnd != 0 ? 1 << (precision - 1) : 0
        }

        func value(_ x: Int, _ y: Int) -> UInt8 {
            let sample = data[min(y / stepY, height - 1) * width + min(x / stepX, width - 1)] &+ offset
            if precision == 8 { return UInt8(clamping: sample) }
            if precision > 8 { return UInt8(clamping: sample >> (precision - 8)) }
            return UInt8(clamping: Int(sample) * 255 / ((1 << Int(precision)) - 1))
        }
    }
}

/// How far the library has read.
private struct CodeStreamCursor {
    let bytes: UnsafeRawBufferPointer
    var at = 0
}

@c private func readCodeStream(_ room: UnsafeMutableRawPointer?, _ count: Int, _ user: UnsafeMutableRawPointer?) -> Int {
    guard let room, let cursor = user?.assumingMemoryBound(to: CodeStreamCursor.self), count > 0 else { return -1 }
    let (bytes, at) = (cursor.pointee.bytes, cursor.pointee.at)
    let taken = min(count, bytes.count - at)
    // The library's word for the end is the greatest size.
    guard taken > 0, let base = bytes.baseAddress else { return -1 }
    room.copyMemory(from: base + at, byteCount: taken)
    cursor.pointee.at += taken
    return taken
}

@c private func skipCodeStream(_ count: Int64, _ user: UnsafeMutableRawPointer?) -> Int64 {
    guard let cursor = user?.assumingMemoryBound(to: CodeStreamCursor.self), count >= 0 else { return -1 }
    let taken = min(Int(count), cursor.pointee.bytes.count - cursor.pointee.at)
    guard taken > 0 || count == 0 else { return -1 }
    cursor.pointee.at += taken
    return Int64(taken)
}

@c private func seekCodeStream(_ at: Int64, _ user: UnsafeMutableRawPointer?) -> Int32 {
    guard let cursor = user?.assumingMemoryBound(to: CodeStreamCursor.self), at >= 0, at <= cursor.pointee.bytes.count else { return 0 }
    cursor.pointee.at = Int(at)
    return 1
}
