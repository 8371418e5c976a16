import Batching
import Testing

@Suite struct `the standing queue detector` {
    @Test func `a burst is no overload`() {
        var detector = StandingQueueDetector()
        for step in 0..<50 {
            detector.observe(waitNanos: step == 25 ? 0 : .millis(9), budgetNanos: .millis(10), nowNanos: Int64(step) * .millis(4))
        }
        #expect(!detector.isOverloaded)
    }

    @Test func `a queue that eats everybody's budget for an interval is`() {
        var detector = StandingQueueDetector()
        for step in 0..<60 { detector.observe(waitNanos: .millis(8), budgetNanos: .millis(10), nowNanos: Int64(step) * .millis(4)) }
        #expect(detector.isOverloaded)
        detector.observe(waitNanos: .millis(1), budgetNanos: .millis(10), nowNanos: .millis(300))
        #expect(!detector.isOverloaded)
    }

    @Test func `a long queue that everybody can afford is not`() {
        var detector = StandingQueueDetector()
        for step in 0..<60 { detector.observe(waitNanos: .millis(80), budgetNanos: .millis(1000), nowNanos: Int64(step) * .millis(4)) }
        #expect(!detector.isOverloaded)
    }

    @Test func `an empty queue ends it`() {
        var detector = StandingQueueDetector()
        for step in 0..<60 { detector.observe(waitNanos: .millis(8), budgetNanos: .millis(10), nowNanos: Int64(step) * .millis(4)) }
        detector.emptied()
        #expect(!detector.isOverloaded)
    }
}
