package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import SecurityEvents

/// `AUDIT_ANCHOR=https://…`: checkpoints are posted as lines of JSON. Taken when the answer is 2xx; a redirect is a refusal, because
/// whoever answers must not choose whom we talk to next.
package struct AnchorWebhook: LogReceiver {
    private let url: String
    private let client: HTTPClient

    /// `client` must not follow redirects.
    package init(url: String, client: HTTPClient) {
        self.url = url
        self.client = client
    }

    /// Posts the checkpoints in one request.
    package func take(_ checkpoints: [Checkpoint]) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-ndjson")
        request.body = .bytes(checkpoints.reduce(into: [UInt8]()) { $0 += $1.anchorLine })
        let response = try await client.execute(request, timeout: .seconds(15))
        guard (200..<300).contains(response.status.code) else {
            throw LogReceiverFailure(description: "the anchor answered \(response.status.code)")
        }
    }
}
