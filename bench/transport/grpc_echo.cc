// What C++ gRPC does with the same load: its generic asynchronous server, one completion queue, one thread.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <string>

namespace {

class Call {
   public:
    Call(grpc::AsyncGenericService* service, grpc::ServerCompletionQueue* queue)
        : service_(service), queue_(queue), stream_(&context_) {
        service_->RequestCall(&context_, &stream_, queue_, queue_, this);
    }

    void Proceed(bool ok) {
        if (!ok && state_ != State::kFinish) {
            delete this;
            return;
        }
        switch (state_) {
            case State::kRequest:
                new Call(service_, queue_);
                state_ = State::kRead;
                stream_.Read(&message_, this);
                break;
            case State::kRead:
                state_ = State::kFinish;
                stream_.WriteAndFinish(message_, grpc::WriteOptions(), grpc::Status::OK, this);
                break;
            case State::kFinish:
                delete this;
                break;
        }
    }

   private:
    enum class State { kRequest, kRead, kFinish };
    State state_ = State::kRequest;
    grpc::AsyncGenericService* service_;
    grpc::ServerCompletionQueue* queue_;
    grpc::GenericServerContext context_;
    grpc::GenericServerAsyncReaderWriter stream_;
    grpc::ByteBuffer message_;
};

}  // namespace

int main(int argc, char** argv) {
    grpc::AsyncGenericService service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::string(argv[argc - 1]), grpc::InsecureServerCredentials());
    builder.RegisterAsyncGenericService(&service);
    auto queue = builder.AddCompletionQueue();
    auto server = builder.BuildAndStart();
    new Call(&service, queue.get());
    void* tag;
    bool ok;
    while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed(ok);
}
