/// Messages of TorchServe's inference and management services.
public enum TorchServeAPI {}
