/// Where the fields of a text-format file begin, for messages about what the fields say.
public struct TextPlaces: Sendable {
    private let places: [String: MessageError.Place]

    init(_ places: [String: MessageError.Place]) {
        self.places = places
    }

    /// The place of a field by its path, such as `max_batch_size` or `input[0].dims[1]`; nil when the
    /// file does not give it.
    public subscript(_ path: String) -> MessageError.Place? { places[path] }
}
