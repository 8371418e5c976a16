import Serving
import Testing

struct WorkerLifeTests {
    @Test func `a worker that ends once is started again at once`() {
        var life = WorkerLife()
        life.ended("it fell", nowNanos: 1000)
        #expect(life.restartNanos == 1000)
        #expect(!life.isDown)
        #expect(life.reason == "it fell")
    }

    @Test func `pauses double up to the longest`() {
        var life = WorkerLife()
        var pauses: [Int64] = []
        for _ in 0..<40 {
            life.ended("again", nowNanos: 500)
            pauses.append(life.restartNanos - 500)
        }
        #expect(Array(pauses.prefix(4)) == [0, 100_000_000, 200_000_000, 400_000_000])
        #expect(pauses.last == WorkerLife.longestPauseNanos)
        #expect(pauses == pauses.sorted())
    }

    @Test func `three ends in a row are down, and an answer makes all well`() {
        var life = WorkerLife()
        for _ in 0..<2 { life.ended("again", nowNanos: 0) }
        #expect(!life.isDown)
        life.ended("again", nowNanos: 0)
        #expect(life.isDown)
        life.answered()
        #expect(!life.isDown)
        life.ended("once more", nowNanos: 7)
        #expect(life.restartNanos == 7)
    }
}
