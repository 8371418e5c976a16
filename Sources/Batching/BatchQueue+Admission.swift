extension BatchQueue {
    /// Takes `task` in, or says at once why not.
    ///
    /// - Parameter task: not kept when refused.
    public mutating func admit(_ task: Task, _ ticket: Ticket, nowNanos now: Int64) -> Admission {
        if isClosed { return .refused(.closed) }
        if task.isCancelled { return .refused(.cancelled) }
        if ticket.deadlineNanos <= now { return .refused(.expired) }
        if ticket.rows > policy.limits.maxTaskRows { return .refused(.tooManyRows(limit: policy.limits.maxTaskRows)) }

        let wanted = ticket.priority <= 0 ? policy.defaultLevel : ticket.priority
        let level = min(wanted, levels.count) - 1
        if let refusal = refusalByBounds(ticket, level: level) { return .refused(refusal) }

        let due = dueNanos(of: ticket)
        var predictedWait: Int64 = 0
        if due != .max, curve.isKnown {
            predictedWait = predictedWaitNanos(ticket, level: level, dueNanos: due, nowNanos: now)
            if let refusal = refusalByPrediction(ticket, waitNanos: predictedWait, dueNanos: due, nowNanos: now) {
                return .refused(refusal)
            }
        }

        let timeout = levels[level].policy.timeoutNanos(of: ticket)
        let entry = QueueEntry(
            task: task, ticket: ticket, dueNanos: due == .max ? ticket.arrivalNanos &+ Self.patienceNanos : due,
            timeoutNanos: timeout.map { saturatingSum(ticket.arrivalNanos, $0) } ?? .max, predictedWaitNanos: predictedWait)
        levels[level].waiting.insert(entry)
        levels[level].rows += ticket.rows
        queuedTasks += 1
        queuedRows += ticket.rows
        queuedBytes += ticket.byteCount
        return .admitted(wakeAfterAdmission(nowNanos: now))
    }

    /// Starts a run of `tasks` tasks on the caller's own thread when nothing waits and a lane's place is free; false otherwise.
    /// The caller reports its end with ``finish(rows:tasks:runNanos:inTime:late:nowNanos:)``.
    public mutating func startInline(tasks: Int = 1, nowNanos: Int64) -> Bool {
        guard !isClosed, queuedTasks == 0, runningBatches < policy.lanes else { return false }
        runningBatches += 1
        runningTasks += tasks
        lastStartNanos = nowNanos
        return true
    }

    func dueNanos(of ticket: Ticket) -> Int64 { policy.dueNanos(of: ticket) }

    private mutating func refusalByBounds(_ ticket: Ticket, level: Int) -> Refusal? {
        let limits = policy.limits
        let levelLimit = levels[level].policy.maxQueueSize ?? limits.maxQueuedTasks
        if queuedTasks >= limits.maxQueuedTasks || levels[level].count >= levelLimit {
            return .queueFull(limit: min(levelLimit, limits.maxQueuedTasks), retryAfterNanos: drainNanos)
        }
        let (bytes, overflow) = queuedBytes.addingReportingOverflow(ticket.byteCount)
        if overflow || bytes > limits.maxQueuedBytes {
            return .queueBytes(limit: limits.maxQueuedBytes, retryAfterNanos: drainNanos)
        }
        if inFlightTasks >= inFlightLimit.limit {
            return .overloaded(limit: inFlightLimit.limit, retryAfterNanos: drainNanos)
        }
        return nil
    }

    private func refusalByPrediction(_ ticket: Ticket, waitNanos: Int64, dueNanos: Int64, nowNanos now: Int64) -> Refusal? {
        let parts = (ticket.rows + policy.maxRows - 1) / policy.maxRows
        let idle = queuedTasks == 0 && runningBatches < policy.lanes
        // Nothing waits: only a task that not even a lucky run could answer is hopeless, and now and then one of those is tried
        // all the same, for the curve may have grown stale.
        let one = min(ticket.rows, policy.maxRows)
        guard let runNanos = idle ? curve.optimisticNanos(rows: one) : curve.expectedNanos(rows: one) else { return nil }
        let predicted = saturatingSum(waitNanos, saturatingProduct(runNanos, Int64(parts)))
        if predicted <= dueNanos - now { return nil }
        if idle, isProbeDue(nowNanos: now) { return nil }
        if predicted > ticket.deadlineNanos &- now, ticket.deadlineNanos != .max {
            return .unreachableDeadline(predictedNanos: predicted, leftNanos: ticket.deadlineNanos - now)
        }
        // The objective is the model's wish, not the caller's: an idle lane serves rather than refuses.
        return idle ? nil : .overloaded(limit: inFlightTasks, retryAfterNanos: drainNanos)
    }

    /// When a lane would come to the task, by what is before it and how long runs take.
    private func predictedWaitNanos(_ ticket: Ticket, level: Int, dueNanos: Int64, nowNanos: Int64) -> Int64 {
        var rowsAhead = 0
        for urgent in 0..<level { rowsAhead += levels[urgent].rows }
        let own = levels[level]
        if own.waiting.count > 0 {
            let ahead = own.waiting.countDue(by: dueNanos)
            rowsAhead += ahead == own.count ? own.rows : own.rows / own.count * ahead
        }
        let isBusy = runningBatches >= policy.lanes
        if rowsAhead == 0, !isBusy { return 0 }
        let batchRows = max(1, efficientRows)
        guard let runNanos = curve.expectedNanos(rows: batchRows) else { return 0 }
        let batches = Double(rowsAhead) / Double(batchRows)
        let lanes = Double(policy.lanes)
        let nanos = batches * Double(runNanos) / lanes + (isBusy ? Double(runNanos) / (2 * lanes) : 0)
        return Int64(min(nanos * waitFactor, 1e18))
    }

    /// When what waits now would be gone: the hint to those who are refused.
    var drainNanos: Int64 {
        let batchRows = max(1, efficientRows)
        guard let runNanos = curve.expectedNanos(rows: batchRows) else { return 10_000_000 }
        let nanos = Double(queuedRows) / Double(batchRows) * Double(runNanos) / Double(policy.lanes)
        return Int64(max(1_000_000, min(nanos, 60e9)))
    }

    private mutating func wakeAfterAdmission(nowNanos now: Int64) -> Wake {
        guard runningBatches < policy.lanes, !isLookDue else { return .no }
        if policy.maxQueueDelayNanos > 0, let until = delayEndNanos(nowNanos: now) {
            guard until < lookAtNanos else { return .no }
            lookAtNanos = until
            return .at(nanos: until)
        }
        isLookDue = true
        return .now
    }
}

/// The sum, held at the largest value instead of passing it.
func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right > 0 ? .max : .min) : sum
}

func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}

extension BatchingPolicy {
    /// The time by which a task ought to be done: its deadline or the model's objective, whichever is tighter; `Int64.max` for no time.
    public func dueNanos(of ticket: Ticket) -> Int64 {
        guard let objectiveNanos else { return ticket.deadlineNanos }
        return min(ticket.deadlineNanos, saturatingSum(ticket.arrivalNanos, objectiveNanos))
    }
}
