package import Accounts
package import Core
import HTTPTypes

/// Everything that the web side is made of.
package struct WebConfiguration: Sendable {
    package var cookies: SignInCookies
    package var origins: OriginPolicy
    package var clientAddress: ClientAddress
    package var crossOrigin: CrossOriginAccess
    /// People reach the server over TLS.
    package var isSecure: Bool
    package var contentPolicy: SecurityHeaders.ContentPolicy
    /// Keys the client pseudonyms of the access log.
    package var accessLogKey: DerivedKey
    /// Signs the cursors of lists.
    package var cursorKey: Secret<[UInt8]>
    /// Hears of every fault, besides the log.
    package var noteFault: FaultListener = { _ in }
    /// How long after its head the body of a request may take to arrive.
    package var bodyTimeout = Duration.seconds(30)
    /// How long the head of a request may take to arrive, from the first byte of the connection.
    package var headTimeout = Duration.seconds(10)
    /// How many connections one address may have; 0 for any number.
    package var connectionsPerAddress = 512
    /// Lets Prometheus read `/metrics`; without it nothing is measured.
    package var metricsToken: Secret<String>?

    package init(
        cookies: SignInCookies, origins: OriginPolicy, clientAddress: ClientAddress, crossOrigin: CrossOriginAccess,
        isSecure: Bool, contentPolicy: SecurityHeaders.ContentPolicy,
        accessLogKey: DerivedKey, cursorKey: Secret<[UInt8]>
    ) {
        self.cookies = cookies
        self.origins = origins
        self.clientAddress = clientAddress
        self.crossOrigin = crossOrigin
        self.isSecure = isSecure
        self.contentPolicy = contentPolicy
        self.accessLogKey = accessLogKey
        self.cursorKey = cursorKey
    }
}

extension WebConfiguration {
    /// The headers of every answer.
    package var securityHeaders: SecurityHeaders {
        SecurityHeaders(isSecure: isSecure, contentPolicy: contentPolicy)
    }
}
