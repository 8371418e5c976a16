internal import Messages
internal import Serving

// Settings of logs and of traces.
extension KServeService {
    func logSettings(_ request: LogSettingsRequest) throws(ServingError) -> LogSettingsResponse {
        var settings = log.settings
        for (name, setting) in request.settings {
            switch (name, setting.choice) {
            case ("log_info", .bool(let flag)?): settings.info = flag
            case ("log_warning", .bool(let flag)?): settings.warning = flag
            case ("log_error", .bool(let flag)?): settings.error = flag
            case ("log_verbose_level", .uint32(let level)?): settings.verboseLevel = level
            case ("log_format", .string("default")?), ("log_file", .string("")?): continue
            case ("log_format", .string?), ("log_file", .string?):
                throw ServingError(
                    .unimplemented,
                    "'\(name)' cannot be changed: the log goes to standard error in the form that the server was started with")
            case ("log_info", _), ("log_warning", _), ("log_error", _), ("log_verbose_level", _), ("log_format", _), ("log_file", _):
                throw ServingError(.invalidArgument, "the log setting '\(name)' has a value of the wrong type")
            default: throw ServingError(.invalidArgument, "'\(name)' is no log setting")
            }
        }
        if settings != log.settings {
            log.settings = settings
            requests.settingsChanged()
        }
        return LogSettingsResponse(settings: [
            "log_file": .init(choice: .string("")), "log_info": .init(choice: .bool(settings.info)),
            "log_warning": .init(choice: .bool(settings.warning)), "log_error": .init(choice: .bool(settings.error)),
            "log_verbose_level": .init(choice: .uint32(settings.verboseLevel)), "log_format": .init(choice: .string("default")),
        ])
    }

    /// For one model or, without a name, for all that have no settings of their own.
    func traceSetting(_ request: TraceSettingRequest) throws(ServingError) -> TraceSettingResponse {
        if !request.modelName.isEmpty { _ = try core.version(of: request.modelName) }
        try requests.traces.change(request.settings.mapValues(\.value), model: request.modelName)
        requests.settingsChanged()
        return TraceSettingResponse(settings: requests.traces.current(model: request.modelName).mapValues { .init(value: $0) })
    }

    func sharedMemoryStatus(_ request: SystemSharedMemoryStatusRequest) throws(ServingError) -> SystemSharedMemoryStatusResponse {
        var regions: [String: SystemSharedMemoryStatusResponse.RegionStatus] = [:]
        for region in try extensions.memory.status(name: request.name) {
            regions[region.name] = .init(
                name: region.name, key: region.key, offset: UInt64(region.offset), byteSize: UInt64(region.byteCount))
        }
        return SystemSharedMemoryStatusResponse(regions: regions)
    }

    func registerSharedMemory(_ request: SystemSharedMemoryRegisterRequest) throws(ServingError) -> SystemSharedMemoryRegisterResponse {
        try extensions.memory.register(name: request.name, key: request.key, offset: request.offset, byteCount: request.byteSize)
        return SystemSharedMemoryRegisterResponse()
    }

    func unregisterSharedMemory(_ request: SystemSharedMemoryUnregisterRequest) throws(ServingError) -> SystemSharedMemoryUnregisterResponse
    {
        extensions.memory.unregister(name: request.name)
        return SystemSharedMemoryUnregisterResponse()
    }
}
