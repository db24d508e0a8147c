import AsyncHTTPClient
import Core
import Credentials
import Delivery
import Foundation
import Identity
import NIOCore

/// How this program speaks to others over HTTP.
enum OutgoingHTTP {
    /// A client that follows no redirect: whoever answers must not choose whom we talk to next.
    static func client() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        configuration.connectionPool.idleTimeout = .seconds(30)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}

extension AccountSettings {
    /// Where new passwords are looked up: in the local filter if there is one, which sends nothing anywhere, else by the service.
    ///
    /// Throws ``BreachFilter/Failure`` for a filter that is damaged: an operator who made one must not be left to believe in it.
    func breachedPasswords(_ client: HTTPClient) throws -> any BreachedPasswords {
        guard checksBreachedPasswords else { return NoBreachCheck() }
        if FileManager.default.fileExists(atPath: breachFilterPath) { return try BreachFilter(path: breachFilterPath) }
        return PwnedPasswordsRange(client: client, baseURL: breachServiceURL)
    }
}
