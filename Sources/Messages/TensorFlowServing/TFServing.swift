/// Messages of TensorFlow Serving, and of TensorFlow as far as its server exchanges them.
public enum TFServing {}
