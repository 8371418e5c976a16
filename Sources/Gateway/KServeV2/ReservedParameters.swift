internal import Serving

/// Names of request parameters that Triton keeps for itself.
enum ReservedParameters {
    /// Asks for a response without outputs behind the last one, where the last one does not say that it is. Here it always does.
    static let emptyFinalResponse = "triton_enable_empty_final_response"

    static let notBool = ServingError(.invalidArgument, "invalid value type for '\(emptyFinalResponse)' parameter, expected bool_param.")

    static func check(_ name: String) throws(ServingError) {
        guard !name.hasPrefix("triton_") else {
            throw ServingError(
                .invalidArgument, "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.")
        }
    }
}
