extension BatchQueue {
    /// Fills `batch` with what a lane should run now.
    ///
    /// Whatever the step: `batch.refused` names tasks that were given up on the way, and each of them is owed an answer.
    /// After `.run` the batch counts as running until ``finish(rows:tasks:runNanos:inTime:late:nowNanos:)``.
    public mutating func next(nowNanos now: Int64, into batch: inout Batch<Task>) -> NextStep {
        batch.removeAll()
        isLookDue = false
        lookAtNanos = .max
        guard queuedTasks > 0, runningBatches < policy.lanes else { return .idle }
        if policy.maxQueueDelayNanos > 0, let until = delayEndNanos(nowNanos: now) {
            lookAtNanos = until
            return .wait(untilNanos: until)
        }
        form(&batch, nowNanos: now)
        if queuedTasks == 0 { detector.emptied() }
        guard !batch.isEmpty else { return .idle }
        runningBatches += 1
        runningTasks += batch.items.count
        lastStartNanos = now
        return .run
    }

    /// The look that was due could not be taken: nobody was free for it. The next one to become free will hear of it.
    public mutating func missLook() { isLookDue = false }

    /// Whether another lane should look as well, right after a lane took a batch.
    public mutating func wakeAfterTaking() -> Wake {
        guard policy.maxQueueDelayNanos == 0 || delayEndNanos(nowNanos: lastStartNanos ?? 0) == nil else { return .no }
        return wakeAfterChange()
    }

    /// Gives up tasks whose time is over, without a lane: while all of them are busy for long, answers should not be late as well.
    public mutating func sweep(nowNanos now: Int64, into batch: inout Batch<Task>) {
        guard queuedTasks > 0 else { return }
        for level in levels.indices {
            let rejects = levels[level].policy.timeoutAction == .reject
            let isOver = { (entry: QueueEntry<Task>) in
                entry.task.isCancelled || entry.ticket.deadlineNanos <= now || (rejects && entry.timeoutNanos <= now)
            }
            var over: [QueueEntry<Task>] = []
            levels[level].waiting.removeAll(where: isOver) { over.append($0) }
            levels[level].delayed.removeAll(where: isOver) { over.append($0) }
            for entry in over {
                account(removed: entry, rows: entry.remainingRows, level: level, isLastPart: true)
                batch.refused.append((entry.task, entry.remainingRows, refusal(of: entry, rejects: rejects, nowNanos: now) ?? .cancelled))
            }
        }
    }

    /// Empties the queue: every task lands in `batch.refused` as `.closed`.
    public mutating func abandon(into batch: inout Batch<Task>) {
        for level in levels.indices {
            while let entry = levels[level].waiting.popFirst() ?? levels[level].delayed.popFirst() {
                account(removed: entry, rows: entry.remainingRows, level: level, isLastPart: true)
                batch.refused.append((entry.task, entry.remainingRows, .closed))
            }
        }
    }

    // Until when the first task should wait for company; nil when the time has come.
    func delayEndNanos(nowNanos now: Int64) -> Int64? {
        let enough = policy.preferredRows.first ?? policy.maxRows
        if queuedRows >= enough { return nil }
        var until = Int64.max
        for level in levels {
            guard let first = level.first else { continue }
            until = min(until, saturatingSum(first.ticket.arrivalNanos, policy.maxQueueDelayNanos))
            let due = dueNanos(of: first.ticket)
            if due != .max {
                until = min(until, due &- (curve.cautiousNanos(rows: min(queuedRows, policy.maxRows)) ?? 0))
            }
        }
        return until <= now ? nil : until
    }

    private mutating func form(_ batch: inout Batch<Task>, nowNanos now: Int64) {
        var rowLimit = policy.maxRows
        var limitReason: CloseReason = rowLimit == 1 ? .single : .full
        if let preferred = policy.preferredRows.last(where: { $0 <= queuedRows }) {
            (rowLimit, limitReason) = (preferred, .preferred)
        } else if policy.preferredRows.isEmpty, policy.maxQueueDelayNanos == 0, efficientRows < rowLimit {
            (rowLimit, limitReason) = (efficientRows, .efficient)
        }
        batch.closeReason = policy.maxQueueDelayNanos > 0 && queuedRows < rowLimit ? .delay : .idleLane
        var tightest = Int64.max
        for level in levels.indices {
            guard gather(&batch, level: level, rowLimit: rowLimit, limitReason: limitReason, tightest: &tightest, nowNanos: now) else {
                return
            }
        }
    }

    /// Moves tasks of `level` into the batch; false when the batch is closed.
    private mutating func gather(
        _ batch: inout Batch<Task>, level: Int, rowLimit: Int, limitReason: CloseReason, tightest: inout Int64, nowNanos now: Int64
    ) -> Bool {
        let rejects = levels[level].policy.timeoutAction == .reject
        if let head = levels[level].waiting.first {
            let due = dueNanos(of: head.ticket)
            detector.observe(
                waitNanos: now - head.ticket.arrivalNanos, budgetNanos: due == .max ? .max : due &- head.ticket.arrivalNanos, nowNanos: now)
        }
        let newestFirst = detector.isOverloaded
        var isOpen = true
        while isOpen {
            let waiting = newestFirst ? levels[level].waiting.popLast() : levels[level].waiting.popFirst()
            guard var entry = waiting ?? levels[level].delayed.popFirst() else { break }
            if let refusal = refusal(of: entry, rejects: rejects, nowNanos: now) {
                account(removed: entry, rows: entry.remainingRows, level: level, isLastPart: true)
                batch.refused.append((entry.task, entry.remainingRows, refusal))
                continue
            }
            if entry.timeoutNanos <= now {
                entry.timeoutNanos = .max
                entry.isDelayed = true
                levels[level].delayed.append(entry)
                continue
            }
            if let head = batch.items.first, !head.task.canShare(with: entry.task) {
                passedOver.append(entry)
                if passedOver.count >= policy.limits.maxLookAhead {
                    batch.closeReason = .shape
                    isOpen = false
                }
                continue
            }
            let room = rowLimit - batch.rows
            // A task is cut only when no batch could hold it whole; one that could is never cut, whatever size would be best.
            let isDivisible = entry.ticket.rows > policy.maxRows
            let rows = isDivisible ? min(entry.remainingRows, room) : entry.remainingRows
            let fits = rows <= room || batch.isEmpty
            let due = min(tightest, dueNanos(of: entry.ticket))
            if !fits || rows == 0 {
                putBack(entry, level: level, newestFirst: newestFirst)
                batch.closeReason = limitReason
                break
            }
            if !batch.isEmpty, due != .max, let run = curve.cautiousNanos(rows: batch.rows + rows), run > due &- now {
                putBack(entry, level: level, newestFirst: newestFirst)
                batch.closeReason = .deadline
                break
            }
            tightest = due
            learnWait(entry, nowNanos: now)
            batch.append(BatchItem(task: entry.task, ticket: entry.ticket, firstRow: entry.firstRow, rows: rows))
            let isLastPart = rows == entry.remainingRows
            account(removed: entry, rows: rows, level: level, isLastPart: isLastPart)
            if !isLastPart {
                entry.firstRow += rows
                putBack(entry, level: level, newestFirst: newestFirst)
            }
            if batch.rows >= rowLimit {
                batch.closeReason = limitReason
                isOpen = false
            }
        }
        let isClosed = !isOpen || batch.closeReason == limitReason || batch.closeReason == .deadline
        while let entry = passedOver.popLast() {
            putBack(entry, level: level, newestFirst: newestFirst)
        }
        return !isClosed
    }

    private mutating func putBack(_ entry: QueueEntry<Task>, level: Int, newestFirst: Bool) {
        if entry.isDelayed {
            levels[level].delayed.prepend(entry)
        } else if newestFirst {
            levels[level].waiting.append(entry)
        } else {
            levels[level].waiting.prepend(entry)
        }
    }

    private func refusal(of entry: QueueEntry<Task>, rejects: Bool, nowNanos now: Int64) -> Refusal? {
        if entry.task.isCancelled { return .cancelled }
        let deadline = entry.ticket.deadlineNanos
        if deadline <= now { return .expired }
        if rejects, entry.timeoutNanos <= now {
            return .queueTimeout(afterNanos: entry.timeoutNanos - entry.ticket.arrivalNanos)
        }
        // Begun in time but hopeless by now: a run would only make others late.
        if deadline != .max, let least = curve.optimisticNanos(rows: min(entry.remainingRows, policy.maxRows)), least > deadline - now,
            queuedTasks > 1 || !isProbeDue(nowNanos: now)
        {
            return .unreachableDeadline(predictedNanos: least, leftNanos: deadline - now)
        }
        return nil
    }

    private mutating func account(removed entry: QueueEntry<Task>, rows: Int, level: Int, isLastPart: Bool) {
        levels[level].rows -= rows
        queuedRows -= rows
        if isLastPart {
            queuedTasks -= 1
            queuedBytes -= entry.ticket.byteCount
        }
    }

    private mutating func learnWait(_ entry: QueueEntry<Task>, nowNanos now: Int64) {
        guard entry.predictedWaitNanos > 100_000 else { return }
        let ratio = Double(now - entry.ticket.arrivalNanos) / Double(entry.predictedWaitNanos) * waitFactor
        waitFactor += (min(max(ratio, 0.5), 8) - waitFactor) / 16
        waitFactor = min(max(waitFactor, 1), 8)
    }
}
