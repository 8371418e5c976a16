public import Serving

extension ServingCore {
    /// A core with every backend and every format of configuration that there is.
    public convenience init(_ configuration: Configuration) {
        self.init(configuration, backends: BackendRegistry([OnnxBackend(), NativeBackend()]), readers: [ConfigPbtxt(), ModelYaml()])
    }
}
