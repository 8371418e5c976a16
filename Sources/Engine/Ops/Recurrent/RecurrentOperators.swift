/// Layers that carry a state through time.
enum RecurrentOperators {
    static let all: [OperatorEntry] = LSTM.entries + GRU.entries + RNN.entries + DynamicQuantizeLSTM.entries
}
