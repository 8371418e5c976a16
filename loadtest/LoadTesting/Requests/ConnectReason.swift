/// Why a connection failed, out of what the network library says of it.
enum ConnectReason {
    static func text(_ description: String) -> String {
        // "… error set): Connection refused) (errno: 111)": the system's own words are what people know.
        if let start = description.firstRange(of: "error set): ")?.upperBound { return String(description[start...].prefix { $0 != ")" }) }
        if description.contains("connectTimeout") || description.contains("ConnectTimeout") { return "no answer in time" }
        return description
    }
}
