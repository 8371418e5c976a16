/// Decodes the bytes as one of the requests that servers take; the first byte says which.
package func fuzzRequest(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let type = servedRequests[Int(first) % servedRequests.count]
    let message = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    func decode<M: Message>(_ type: M.Type) { fuzzMessage(type, message) }
    decode(type)
}

/// Every request without a reader of its own, and every message that only our clients read but that a
/// hostile server could send.
private let servedRequests: [any Message.Type] = [
    ServerLiveRequest.self, ServerReadyRequest.self, ModelReadyRequest.self, ServerMetadataRequest.self, ModelMetadataRequest.self,
    ModelConfigRequest.self, ModelStatisticsRequest.self, RepositoryIndexRequest.self, RepositoryModelLoadRequest.self,
    RepositoryModelUnloadRequest.self, SystemSharedMemoryStatusRequest.self, SystemSharedMemoryRegisterRequest.self,
    SystemSharedMemoryUnregisterRequest.self, CudaSharedMemoryStatusRequest.self, CudaSharedMemoryRegisterRequest.self,
    CudaSharedMemoryUnregisterRequest.self, TraceSettingRequest.self, LogSettingsRequest.self, HealthCheckRequest.self,
    HealthListRequest.self, ServerReflectionRequest.self, InteropTest.SimpleRequest.self, InteropTest.StreamingInputCallRequest.self,
    InteropTest.StreamingOutputCallRequest.self, TFServing.ClassificationRequest.self, TFServing.RegressionRequest.self,
    TFServing.MultiInferenceRequest.self, TFServing.GetModelMetadataRequest.self, TFServing.GetModelStatusRequest.self,
    TFServing.ReloadConfigRequest.self, TorchServeAPI.DescribeModelRequest.self, TorchServeAPI.ListModelsRequest.self,
    TorchServeAPI.RegisterModelRequest.self, TorchServeAPI.UnregisterModelRequest.self, TorchServeAPI.ScaleWorkerRequest.self,
    TorchServeAPI.SetDefaultRequest.self, ModelConfigResponse.self, ModelMetadataResponse.self, ModelStatisticsResponse.self,
    RepositoryIndexResponse.self, ServerMetadataResponse.self, HealthListResponse.self, RPCStatus.self,
    TFServing.GetModelMetadataResponse.self, TFServing.SignatureDefMap.self, TFServing.GetModelStatusResponse.self,
]
