// KServe v2 over gRPC's asynchronous API and ONNX Runtime's C interface, as a team would write it by hand for speed:
// cpp_server LIBRARY PORT NAME=FILE=THREADS...
#include <dlfcn.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "inference/service.grpc.pb.h"

using inference::GRPCInferenceService;

// The places of functions in ONNX Runtime's table, which never change once they are published.
enum Place {
  kErrorMessage = 2, kCreateEnv = 3, kCreateSession = 7, kRun = 9, kCreateSessionOptions = 10, kIntraThreads = 24, kInterThreads = 25,
  kInputCount = 30, kOutputCount = 31, kInputType = 33, kOutputType = 34, kInputName = 36, kOutputName = 37, kTensorWithData = 49,
  kMutableData = 51, kCastType = 55, kElementType = 60, kDimensionCount = 61, kDimensions = 62, kElementCount = 64, kTypeAndShape = 65,
  kCpuMemory = 69, kAllocator = 78, kReleaseStatus = 93, kReleaseValue = 96, kReleaseTypeAndShape = 99, kConfigEntry = 130
};

struct ApiBase {
  void* const* (*get_api)(uint32_t);
  const char* (*version)();
};

static void* const* api;

template <typename... Arguments>
static void call(Place place, Arguments... arguments) {
  void* status = reinterpret_cast<void* (*)(Arguments...)>(api[place])(arguments...);
  if (!status) return;
  std::string message = reinterpret_cast<const char* (*)(const void*)>(api[kErrorMessage])(status);
  reinterpret_cast<void (*)(void*)>(api[kReleaseStatus])(status);
  throw std::runtime_error(message);
}

static void release(Place place, void* object) { reinterpret_cast<void (*)(void*)>(api[place])(object); }

struct Type {
  int code;
  const char* name;
  size_t bytes;
};

static const Type types[] = {{1, "FP32", 4}, {2, "UINT8", 1}, {6, "INT32", 4}, {7, "INT64", 8}, {9, "BOOL", 1}, {11, "FP64", 8}};

static const Type* type_of(int code) {
  for (auto& type : types)
    if (type.code == code) return &type;
  throw std::runtime_error("a datatype that this server does not know");
}

struct Port {
  std::string name;
  const Type* type;
  std::vector<int64_t> shape;
};

struct Model {
  void* session = nullptr;
  std::vector<Port> inputs, outputs;
  std::vector<const char*> input_names, output_names;

  void ports(Place count_place, Place name_place, Place type_place, std::vector<Port>& list, std::vector<const char*>& names) {
    size_t count;
    void* allocator;
    call(kAllocator, &allocator);
    call(count_place, session, &count);
    for (size_t index = 0; index < count; index++) {
      char* name;
      void *info, *tensor;
      int code;
      size_t rank;
      call(name_place, session, index, allocator, &name);
      call(type_place, session, index, &info);
      call(kCastType, info, &tensor);
      call(kElementType, tensor, &code);
      call(kDimensionCount, tensor, &rank);
      std::vector<int64_t> shape(rank);
      call(kDimensions, tensor, shape.data(), rank);
      list.push_back({name, type_of(code), shape});
      names.push_back(name);
    }
  }
};

static std::map<std::string, Model> models;
static void* memory_info;

static grpc::Status infer(const inference::ModelInferRequest& request, inference::ModelInferResponse& reply) {
  auto found = models.find(request.model_name());
  if (found == models.end()) return {grpc::StatusCode::NOT_FOUND, "no model '" + request.model_name() + "'"};
  Model& model = found->second;
  size_t count = model.inputs.size();
  if (static_cast<size_t>(request.inputs_size()) != count || static_cast<size_t>(request.raw_input_contents_size()) != count)
    return {grpc::StatusCode::INVALID_ARGUMENT, "wrong number of inputs"};
  std::vector<void*> inputs(count), outputs(model.outputs.size());
  std::vector<const char*> names(count);
  try {
    for (size_t index = 0; index < count; index++) {
      auto& tensor = request.inputs(index);
      auto& raw = request.raw_input_contents(index);
      const Port* port = nullptr;
      for (auto& each : model.inputs)
        if (each.name == tensor.name()) port = &each;
      if (!port) return {grpc::StatusCode::INVALID_ARGUMENT, "no input '" + tensor.name() + "'"};
      names[index] = tensor.name().c_str();
      call(kTensorWithData, memory_info, const_cast<char*>(raw.data()), raw.size(), tensor.shape().data(), static_cast<size_t>(tensor.shape_size()),
           port->type->code, &inputs[index]);
    }
    call(kRun, model.session, static_cast<void*>(nullptr), names.data(), inputs.data(), count, model.output_names.data(), outputs.size(), outputs.data());
    reply.set_model_name(request.model_name());
    reply.set_model_version("1");
    reply.set_id(request.id());
    for (size_t index = 0; index < outputs.size(); index++) {
      auto& port = model.outputs[index];
      void *info, *data;
      size_t rank, elements;
      call(kTypeAndShape, outputs[index], &info);
      call(kDimensionCount, info, &rank);
      std::vector<int64_t> shape(rank);
      call(kDimensions, info, shape.data(), rank);
      call(kElementCount, info, &elements);
      release(kReleaseTypeAndShape, info);
      call(kMutableData, outputs[index], &data);
      auto* output = reply.add_outputs();
      output->set_name(port.name);
      output->set_datatype(port.type->name);
      for (auto size : shape) output->add_shape(size);
      reply.add_raw_output_contents(data, elements * port.type->bytes);
    }
  } catch (std::exception& error) {
    for (auto* value : inputs) if (value) release(kReleaseValue, value);
    for (auto* value : outputs) if (value) release(kReleaseValue, value);
    return {grpc::StatusCode::INTERNAL, error.what()};
  }
  for (auto* value : inputs) release(kReleaseValue, value);
  for (auto* value : outputs) release(kReleaseValue, value);
  return grpc::Status::OK;
}

static grpc::Status metadata(const inference::ModelMetadataRequest& request, inference::ModelMetadataResponse& reply) {
  auto found = models.find(request.name());
  if (found == models.end()) return {grpc::StatusCode::NOT_FOUND, "no model '" + request.name() + "'"};
  reply.set_name(request.name());
  reply.add_versions("1");
  reply.set_platform("onnx");
  auto fill = [](const Port& port, inference::ModelMetadataResponse::TensorMetadata* tensor) {
    tensor->set_name(port.name);
    tensor->set_datatype(port.type->name);
    for (auto size : port.shape) tensor->add_shape(size);
  };
  for (auto& port : found->second.inputs) fill(port, reply.add_inputs());
  for (auto& port : found->second.outputs) fill(port, reply.add_outputs());
  return grpc::Status::OK;
}

static grpc::Status ready(const inference::ModelReadyRequest& request, inference::ModelReadyResponse& reply) {
  reply.set_ready(models.count(request.name()) > 0);
  return grpc::Status::OK;
}

struct Tag {
  virtual ~Tag() = default;
  virtual void proceed(bool ok) = 0;
};

// One call at a time, waited for, handled and waited for again.
template <typename Request, typename Reply>
struct Call : Tag {
  using Wait = void (GRPCInferenceService::AsyncService::*)(
      grpc::ServerContext*, Request*, grpc::ServerAsyncResponseWriter<Reply>*, grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*);
  using Handle = grpc::Status (*)(const Request&, Reply&);

  struct State {
    grpc::ServerContext context;
    Request request;
    Reply reply;
    grpc::ServerAsyncResponseWriter<Reply> writer{&context};
  };

  GRPCInferenceService::AsyncService* service;
  grpc::ServerCompletionQueue* queue;
  Wait wait;
  Handle handle;
  std::unique_ptr<State> state;
  bool answered = false;

  Call(GRPCInferenceService::AsyncService* service, grpc::ServerCompletionQueue* queue, Wait wait, Handle handle)
      : service(service), queue(queue), wait(wait), handle(handle) {
    begin();
  }

  void begin() {
    answered = false;
    state = std::make_unique<State>();
    (service->*wait)(&state->context, &state->request, &state->writer, queue, queue, this);
  }

  void proceed(bool ok) override {
    if (answered || !ok) return begin();
    answered = true;
    grpc::Status status = handle(state->request, state->reply);
    state->writer.Finish(state->reply, status, this);
  }
};

int main(int count, char** words) {
  if (count < 4) return 2;
  void* library = dlopen(words[1], RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  auto base = reinterpret_cast<const ApiBase* (*)()>(dlsym(library, "OrtGetApiBase"))();
  api = base->get_api(16);
  if (!api) return 1;
  try {
    void* environment;
    call(kCreateEnv, 3, "server", &environment);
    call(kCpuMemory, 0, 0, &memory_info);
    for (int index = 3; index < count; index++) {
      std::string word = words[index];
      size_t first = word.find('='), last = word.rfind('=');
      std::string name = word.substr(0, first), file = word.substr(first + 1, last - first - 1);
      void* options;
      call(kCreateSessionOptions, &options);
      call(kIntraThreads, options, std::atoi(word.c_str() + last + 1));
      call(kInterThreads, options, 1);
      call(kConfigEntry, options, "session.intra_op.allow_spinning", "0");
      Model& model = models[name];
      call(kCreateSession, environment, file.c_str(), options, &model.session);
      model.ports(kInputCount, kInputName, kInputType, model.inputs, model.input_names);
      model.ports(kOutputCount, kOutputName, kOutputType, model.outputs, model.output_names);
    }
  } catch (std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  GRPCInferenceService::AsyncService service;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(64 << 20);
  builder.AddListeningPort(std::string("127.0.0.1:") + words[2], grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (unsigned index = 0; index < threads; index++) queues.push_back(builder.AddCompletionQueue());
  auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::vector<std::thread> workers;
  for (auto& queue : queues) {
    for (int index = 0; index < 64; index++) {
      new Call<inference::ModelInferRequest, inference::ModelInferResponse>(
          &service, queue.get(), &GRPCInferenceService::AsyncService::RequestModelInfer, infer);
    }
    new Call<inference::ModelMetadataRequest, inference::ModelMetadataResponse>(
        &service, queue.get(), &GRPCInferenceService::AsyncService::RequestModelMetadata, metadata);
    new Call<inference::ModelReadyRequest, inference::ModelReadyResponse>(
        &service, queue.get(), &GRPCInferenceService::AsyncService::RequestModelReady, ready);
    workers.emplace_back([&queue] {
      void* tag;
      bool ok;
      while (queue->Next(&tag, &ok)) static_cast<Tag*>(tag)->proceed(ok);
    });
  }
  for (auto& worker : workers) worker.join();
}
