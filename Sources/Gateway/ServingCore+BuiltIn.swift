public import Serving

extension ServingCore {
    /// A core with every backend and every format of configuration that there is.
    public convenience init(_ configuration: Configuration) {
        let tell = configuration.onEvent
        let processes = ProcessBackend(
            events: ProcessBackend.Events(
                wrote: { model, line in tell(.workerWrote(model: model, line: line)) },
                ended: { model, reason in tell(.workerEnded(model: model, reason: reason)) }))
        self.init(
            configuration, backends: BackendRegistry([OnnxBackend(), NativeBackend(), processes, RemoteBackend()]),
            readers: [ConfigPbtxt(), ModelYaml()])
    }
}
