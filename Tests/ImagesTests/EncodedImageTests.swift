import Images
import Testing

@Suite struct EncodedImageTests {}
