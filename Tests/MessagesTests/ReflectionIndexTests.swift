import Messages
import Testing

@Suite struct ReflectionIndexTests {
    private let index = ReflectionIndex.builtIn

    @Test func `every service of the gateway is there`() {
        for service in [
            "inference.GRPCInferenceService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService",
            "org.pytorch.serve.grpc.inference.InferenceAPIsService", "org.pytorch.serve.grpc.management.ManagementAPIsService",
            "org.pytorch.serve.grpc.openinference.GRPCInferenceService", "grpc.testing.TestService",
        ] {
            #expect(index.services.contains(service), "\(service)")
        }
        #expect(!index.services.contains { $0.hasPrefix("onnx") })
    }

    @Test(arguments: [
        ("inference.GRPCInferenceService", "inference/service.proto"),
        (".inference.GRPCInferenceService", "inference/service.proto"),
        ("inference.GRPCInferenceService.ModelInfer", "inference/service.proto"),
        ("inference.ModelInferRequest.InferInputTensor", "inference/service.proto"),
        ("inference.ModelInferRequest.model_name", "inference/service.proto"),
        ("inference.DataType", "inference/model_config.proto"),
        ("inference.TYPE_FP32", "inference/model_config.proto"),
        ("inference.ModelInstanceGroup.KIND_CPU", "inference/model_config.proto"),
        ("grpc.health.v1.Health", "grpc/health/v1/health.proto"),
    ])
    func `a symbol leads to its file`(symbol: String, file: String) {
        #expect(index.file(containing: symbol)?.name == file)
    }

    @Test func `what is not there is not found`() {
        #expect(index.file(containing: "inference.Nothing") == nil)
        #expect(index.file(containing: "") == nil)
        #expect(index.file(named: "nothing.proto") == nil)
    }

    @Test func `a file comes with all it needs, once`() throws {
        let file = try #require(index.file(named: "tensorflow_serving/apis/prediction_service.proto"))
        let names = index.closure(of: file).map(\.name)
        #expect(names.first == file.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("tensorflow/core/framework/types.proto"))
        #expect(names.contains("google/protobuf/wrappers.proto"))
        let all = Set(names)
        for name in names {
            #expect(try #require(index.file(named: name)).dependencies.allSatisfy(all.contains))
        }
    }

    @Test func `the descriptor of a file is the file's own`() throws {
        let file = try #require(index.file(named: "inference/service.proto"))
        #expect(file.package == "inference")
        #expect(file.dependencies == ["inference/model_config.proto"])
        // A descriptor begins with the name of its file.
        #expect(Array(file.descriptor.prefix(2)) == [0x0a, UInt8(file.name.utf8.count)])
        #expect(String(decoding: file.descriptor.dropFirst(2).prefix(file.name.utf8.count), as: UTF8.self) == file.name)
    }

    @Test func `bytes that are no descriptors are refused or read, but never trap`() {
        var random = SplitMix(seed: 7)
        let whole = index.files.prefix(4).flatMap { file -> [UInt8] in
            [0x0a, UInt8(file.descriptor.count & 0x7f | 0x80), UInt8(file.descriptor.count >> 7)] + file.descriptor
        }
        for _ in 0..<200 {
            var damaged = whole
            random.damage(&damaged)
            damaged.withUnsafeBytes { _ = try? ReflectionIndex(descriptorSet: $0) }
        }
    }
}
