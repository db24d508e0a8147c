import AsyncHTTPClient
package import Core
import Foundation
import NIOCore

/// Posts to an address that an operator typed in, and to nothing that it could be bent to lead to.
///
/// The name is resolved first, once; the address it has is judged, and the connection is made to that very address, so that a
/// name that means another machine a moment later gains nothing (DNS rebinding). The certificate must be that of the name. A
/// redirect is an answer like any other: it is not followed. The environment's proxies are not asked.
package struct GuardedPost: Sendable {
    /// Finds the address of a name; `nil` when there is none. May block.
    package typealias Resolver = @Sendable (_ host: String, _ port: Int) -> IPAddress?

    private let allowsPrivate: Bool
    private let timeLimit: Duration
    private let resolve: Resolver
    private let thread = SendingThread("names")

    /// `allowsPrivate` is `ALLOW_PRIVATE_WEBHOOKS`.
    package init(
        allowsPrivate: Bool, timeLimit: Duration = .seconds(10),
        resolve: @escaping Resolver = GuardedPost.systemResolver
    ) {
        self.allowsPrivate = allowsPrivate
        self.timeLimit = timeLimit
        self.resolve = resolve
    }

    /// Posts `body`, and returns when the other side answered with 2xx.
    package func post(_ body: [UInt8], to url: String, headers: [(String, String)]) async throws(DeliveryFailure) {
        try Self.judge(try await status(of: body, to: url, headers: headers))
    }

    /// Posts `body`, and returns the status of the answer, whatever that is. Throws when there was none.
    package func status(
        of body: [UInt8], to url: String, headers: [(String, String)]
    ) async throws(DeliveryFailure) -> Int {
        let target = try Target(url)
        guard
            let address = await thread.run({ [resolve] in IPAddress(target.host) ?? resolve(target.host, target.port) })
        else { throw .temporary("the name has no address") }
        if let refusal = refusal(of: target, at: address) { throw .unsent(refusal) }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // The one limit covers connecting, waiting and reading: BoundedExchange keeps it.
        let limit = TimeAmount.nanoseconds(Int64(timeLimit / .nanoseconds(1)))
        configuration.timeout = .init(connect: limit, read: limit)
        configuration.dnsOverride = [target.key: address.description]
        // One connection for one message: kept open it would outlive the judgement on its address.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Result<BoundedExchange.Answer, BoundedExchange.Failure>
        do throws(BoundedExchange.Failure) {
            answer = .success(
                try await BoundedExchange(client: client, timeLimit: timeLimit).post(body, to: url, headers: headers))
        } catch {
            answer = .failure(error)
        }
        try? await client.shutdown()
        switch answer {
        case .failure(let failure): throw .temporary(failure.reason)
        case .success(let answer): return answer.status
        }
    }

    /// Why nothing may be sent to `address`.
    private func refusal(of target: Target, at address: IPAddress) -> String? {
        if !target.isSecure {
            return allowsPrivate && address.isLoopback ? nil : "the address must begin with https://"
        }
        return allowsPrivate || address.isPublic ? nil : "the name leads into a private network"
    }

    private static func judge(_ status: Int) throws(DeliveryFailure) {
        switch status {
        case 200..<300: return
        case 300..<400: throw .permanent("it answered with a redirect (\(status)), which is not followed")
        case 408, 425, 429: throw .temporary("it answered \(status)")
        case 400..<500: throw .permanent("it refused the message (\(status))")
        default: throw .temporary("it answered \(status)")
        }
    }

    /// The resolver of the system.
    package static let systemResolver: Resolver = { host, port in
        guard let text = try? SocketAddress.makeAddressResolvingHost(host, port: port).ipAddress else { return nil }
        // A link-local address comes with its zone.
        return IPAddress(text.prefix { $0 != "%" })
    }

    /// Whether `text` is an address that could be posted to at all: for the check at start.
    package static func isAddress(_ text: String) -> Bool { (try? Target(text)) != nil }
}

/// Where a message goes.
private struct Target {
    let host: String
    let port: Int
    let isSecure: Bool
    /// The host as the client spells it.
    let key: String

    init(_ text: String) throws(DeliveryFailure) {
        guard let url = URL(string: text), let host = url.host, url.user == nil, url.password == nil,
            ["http", "https"].contains(url.scheme ?? "")
        else { throw .unsent("the address is none") }
        let isSecure = url.scheme == "https"
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let isName = bare.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte | 32) || byte == 0x2D || byte == 0x2E || byte == 0x5F
        }
        let port = url.port ?? (isSecure ? 443 : 80)
        // An IPv6 address with a zone could name another link.
        guard !bare.isEmpty, isName || IPAddress(bare) != nil, UInt16(exactly: port) != nil else {
            throw .unsent("the address is none")
        }
        self.host = bare
        self.port = port
        self.isSecure = isSecure
        key = host
    }
}
