import Batching
import Testing

@Suite struct `a token bucket` {
    @Test func `gives a burst, then the rate`() {
        var bucket = TokenBucket(tokensPerSecond: 10, burst: 3)
        for _ in 0..<3 { #expect(bucket.take(nowNanos: 0) == nil) }
        #expect(bucket.take(nowNanos: 0) == .millis(100))
        #expect(bucket.take(nowNanos: .millis(100)) == nil)
        #expect(bucket.take(nowNanos: .millis(100)) != nil)
    }

    @Test func `gathers no more than its burst`() {
        var bucket = TokenBucket(tokensPerSecond: 1000, burst: 2)
        #expect(bucket.take(nowNanos: .millis(100_000)) == nil)
        #expect(bucket.take(nowNanos: .millis(100_000)) == nil)
        #expect(bucket.take(nowNanos: .millis(100_000)) != nil)
    }

    @Test func `says never when it is never`() {
        var empty = TokenBucket(tokensPerSecond: 0, burst: 1)
        #expect(empty.take(nowNanos: 0) == nil)
        #expect(empty.take(nowNanos: .millis(1)) == .max)
        var small = TokenBucket(tokensPerSecond: 5, burst: 2)
        #expect(small.take(3, nowNanos: 0) == .max)
    }

    @Test func `a clock that goes back gives nothing away`() {
        var bucket = TokenBucket(tokensPerSecond: 10, burst: 1)
        #expect(bucket.take(nowNanos: .millis(500)) == nil)
        #expect(bucket.take(nowNanos: 0) != nil)
        #expect(bucket.take(nowNanos: .millis(510)) != nil)
    }
}
