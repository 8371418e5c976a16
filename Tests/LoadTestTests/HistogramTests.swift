import GRPC
import LoadTesting
import NIOCore
import Testing

@Suite struct `A histogram` {
    @Test func `an empty one has zeros everywhere`() {
        let histogram = Histogram()
        #expect(histogram.count == 0)
        #expect(histogram.value(at: 0.99) == 0)
        #expect(histogram.max == 0 && histogram.min == 0 && histogram.mean == 0 && histogram.standardDeviation == 0)
    }

    @Test func `small values keep every digit`() {
        var histogram = Histogram()
        for value in 1...1000 { histogram.record(UInt64(value)) }
        #expect(histogram.value(at: 0.5) == 500)
        #expect(histogram.value(at: 0.99) == 990)
        #expect(histogram.value(at: 0.999) == 999)
        #expect(histogram.value(at: 1) == 1000)
        #expect(histogram.value(at: 0) == 1)
        #expect(histogram.mean == 500.5)
    }

    @Test(arguments: [(2, 0.0079), (3, 0.001)]) func `a value loses no more than its digits`(digits: Int, error: Double) {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let value = random.next() >> (22 + random.next() % 40)
            var histogram = Histogram(digits: digits)
            histogram.record(value)
            histogram.record(Histogram.largest)
            let kept = Double(histogram.value(at: 0.5))
            #expect(kept >= Double(value) && kept <= Double(value) * (1 + error) + 1)
        }
    }

    @Test func `every slot begins where the one before ends`() {
        let histogram = Histogram(digits: 2)
        for index in 1..<histogram.counts.count {
            guard histogram.lowest(index) == histogram.highest(index - 1) + 1 else {
                Issue.record("slot \(index)")
                return
            }
        }
        #expect(histogram.highest(histogram.counts.count - 1) == Histogram.largest)
    }

    @Test func `values beyond the largest are counted as the largest`() {
        var histogram = Histogram()
        histogram.record(.max)
        #expect(histogram.max == Histogram.largest)
        #expect(histogram.count == 1)
    }

    @Test func `the sum of two is as if all had been recorded in one`() {
        var (first, second, all) = (Histogram(), Histogram(), Histogram())
        var random = SeededRandom(seed: 3)
        for index in 0..<5000 {
            let value = random.next() >> 40
            if index % 3 == 0 { first.record(value) } else { second.record(value) }
            all.record(value)
        }
        first.add(second)
        #expect(first.counts == all.counts)
        #expect(first.count == all.count && first.min == all.min && first.max == all.max)
        #expect((first.mean - all.mean).magnitude < 1e-6 * all.mean)
    }

    @Test func `counting above a value leaves out its slot`() {
        var histogram = Histogram()
        for value in [10, 20, 30, 40] { histogram.record(UInt64(value)) }
        #expect(histogram.count(above: 20) == 2)
        #expect(histogram.count(above: 40) == 0)
    }

    @Test func `the exchange form holds the counts`() throws {
        var histogram = Histogram()
        for value in [0, 1, 1, 250_000, 1_000_000, 1_000_000_000, 3_000_000_000] as [UInt64] { histogram.record(value) }
        histogram.record(77, times: 100_000)
        #expect(try decodeHistogramCounts(histogram.encoded()) == histogram.counts)
    }
}

/// The counts in HdrHistogram's compressed V2 form, by index.
func decodeHistogramCounts(_ text: String) throws -> [UInt32] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var have = 0
    for character in text.utf8 where character != UInt8(ascii: "=") {
        bits = bits << 6 | UInt32(try #require(digits.firstIndex(of: character)))
        have += 6
        if have >= 8 {
            have -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(have)))
        }
    }
    var outer = ByteBuffer(bytes: bytes)
    let outerCookie = outer.readInteger(as: UInt32.self)
    let outerLength = outer.readInteger(as: UInt32.self)
    #expect(outerCookie == 0x1c84_9314)
    #expect(outerLength == UInt32(outer.readableBytes))
    let inflated = Array(outer.readableBytesView).withUnsafeBytes { MessageCompression.inflate($0, .deflate) }
    let plain = try #require(inflated)
    var inner = ByteBuffer(bytes: plain)
    let cookie = inner.readInteger(as: UInt32.self)
    let length = inner.readInteger(as: UInt32.self)
    #expect(cookie == 0x1c84_9313)
    #expect(length == UInt32(inner.readableBytes - 32))
    inner.moveReaderIndex(forwardBy: 32)
    var counts: [UInt32] = []
    while inner.readableBytes > 0 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = inner.readInteger(as: UInt8.self) {
            value |= UInt64(byte & 0x7f) << shift
            shift += 7
            if byte & 0x80 == 0 { break }
        }
        let number = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        if number < 0 { counts += Array(repeating: 0, count: Int(-number)) } else { counts.append(UInt32(number)) }
    }
    return counts + Array(repeating: 0, count: Histogram().counts.count - counts.count)
}
