/// What a connection may take: its time and its number.
package struct ConnectionSettings: Sendable {
    /// `REQUEST_HEAD_TIMEOUT_SECONDS`.
    package let headTimeout: Duration
    /// `REQUEST_BODY_TIMEOUT_SECONDS`.
    package let bodyTimeout: Duration
    /// `MAX_CONNECTIONS_PER_ADDRESS`; 0 for any number.
    package let perAddress: Int

    init(_ reader: inout SettingsReader) {
        headTimeout = .seconds(
            reader.integer(
                "REQUEST_HEAD_TIMEOUT_SECONDS", default: 10, in: 1...600,
                "How many seconds the head of a request may take to arrive; past it the connection is closed."))
        bodyTimeout = .seconds(
            reader.integer(
                "REQUEST_BODY_TIMEOUT_SECONDS", default: 30, in: 1...3600,
                "How many seconds the body of a request may take to arrive; past it the answer is 408."))
        perAddress = reader.integer(
            "MAX_CONNECTIONS_PER_ADDRESS", default: 512, in: 0...1_000_000,
            "How many connections one address may have at once, trusted proxies excepted; 0 for any number.")
    }
}
