import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Posts to another server, whose answer is bounded in time and size: whoever answers slowly, endlessly or hugely holds up
/// nothing but the one message.
struct BoundedExchange: Sendable {
    /// What the other server said.
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        /// The seconds of `Retry-After`, when it gave some.
        let retryAfter: Int?
    }

    /// The answer could not be had. The phrase is fixed for each kind of failure: what a library says may hold the address,
    /// and an address may be a secret.
    struct Failure: Error, Hashable {
        let reason: String
    }

    /// Must follow no redirects.
    let client: HTTPClient
    var timeLimit: Duration = .seconds(10)
    var mostBytes = 64 << 10

    /// Posts `body` to `url` and returns what came back, whatever its status is.
    func post(
        _ body: [UInt8], to url: String, headers: [(String, String)]
    ) async throws(Failure) -> Answer {
        // The client traps on a port that does not fit into 16 bits.
        guard let parsed = URL(string: url), UInt16(exactly: parsed.port ?? 0) != nil else {
            throw Failure(reason: "the address is none")
        }
        let limit = TimeAmount.nanoseconds(Int64(timeLimit / .nanoseconds(1)))
        let (client, mostBytes) = (client, mostBytes)
        // The client's own deadline ends with the head of the answer; this one covers a body that trickles in as well.
        let exchange = Task { () async throws -> Answer in
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers = HTTPHeaders(headers + [("User-Agent", "gatehouse")])
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await client.execute(request, timeout: limit)
            let text = try await response.body.collect(upTo: mostBytes)
            try Task.checkCancellation()
            return Answer(
                status: Int(response.status.code), body: Array(text.readableBytesView),
                retryAfter: response.headers.first(name: "Retry-After").flatMap { Int($0) })
        }
        let alarm = client.eventLoopGroup.any().scheduleTask(in: limit) { exchange.cancel() }
        defer { alarm.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await exchange.value
            } onCancel: {
                exchange.cancel()
            }
        } catch {
            throw Failure(reason: exchange.isCancelled ? "it took too long" : Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case is NIOTooManyBytesError: "its answer is too large"
        // Reading is bounded by the same time as the whole, so either may be the first to notice.
        case let failure as HTTPClientError where failure == .deadlineExceeded || failure == .readTimeout:
            "it took too long"
        case let failure as HTTPClientError: "it cannot be reached: \(failure.shortDescription)"
        default: "it cannot be reached"
        }
    }
}
