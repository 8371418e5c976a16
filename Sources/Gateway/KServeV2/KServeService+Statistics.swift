internal import Messages
internal import Serving

extension KServeService {
    func modelStatistics(_ request: ModelStatisticsRequest) throws(ServingError) -> ModelStatisticsResponse {
        let versions: [ModelVersion]
        if request.name.isEmpty {
            versions = core.liveVersions
        } else if request.version.isEmpty {
            // Asked for its route first, so that an unknown model is an error.
            _ = try core.version(of: request.name)
            versions = core.versions(of: request.name)
        } else {
            versions = [try core.version(of: request.name, VersionSelector(text: request.version))]
        }
        return ModelStatisticsResponse(modelStats: versions.map { ModelStatistics($0) })
    }
}

extension ModelStatistics {
    init(_ version: ModelVersion) {
        self.init()
        let numbers = version.statistics.snapshot
        name = version.model
        self.version = String(version.number)
        lastInference = numbers.lastInferenceMillis
        inferenceCount = numbers.inferenceCount
        executionCount = numbers.executionCount
        var stats = InferStatistics()
        stats.success = StatisticDuration(numbers.success)
        stats.fail = StatisticDuration(numbers.fail)
        stats.queue = StatisticDuration(numbers.queue)
        stats.computeInput = StatisticDuration(numbers.computeInput)
        stats.computeInfer = StatisticDuration(numbers.computeInfer)
        stats.computeOutput = StatisticDuration(numbers.computeOutput)
        stats.cacheHit = StatisticDuration(numbers.cacheHit)
        stats.cacheMiss = StatisticDuration(numbers.cacheMiss)
        inferenceStats = stats
        batchStats = numbers.batches.map { batch in
            InferBatchStatistics(
                batchSize: UInt64(batch.rows), computeInput: StatisticDuration(batch.computeInput),
                computeInfer: StatisticDuration(batch.computeInfer), computeOutput: StatisticDuration(batch.computeOutput))
        }
        memoryUsage = [MemoryUsage(type: "CPU", byteSize: UInt64(max(0, version.memoryBytes)))]
    }
}

extension StatisticDuration {
    init(_ duration: VersionStatistics.Duration) { self.init(count: duration.count, ns: duration.nanos) }
}
