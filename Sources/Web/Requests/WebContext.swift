package import Core
package import HTTPTypes
package import Hummingbird
package import NIOCore
package import SecurityEvents
import Synchronization

/// What is known about a request besides the request itself.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection: the client, or the last proxy.
    package let peer: IPAddress?
    /// The connection itself, to close it on a reader that does not keep up.
    package let connection: any Channel
    /// Where the request comes from, after the trusted proxies. Set by ``RequestIdentity``.
    package var source: RequestSource
    /// What the access log will say about it.
    package let record: RequestRecord

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = source.channel
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        self.source = RequestSource(ip: peer, userAgent: "", requestID: "")
        record = RequestRecord()
    }

    /// Largest body that a route reads.
    package static let bodyLimit = 1_048_576

    package var maxUploadSize: Int { Self.bodyLimit }
}

/// Facts about a request that are found out on the way in and logged on the way out.
package final class RequestRecord: Sendable {
    private let state = Mutex<(user: AccountID?, problem: String?, limit: HTTPFields)>((nil, nil, [:]))

    /// Who made the request, once a token was verified.
    package var userID: AccountID? {
        get { state.withLock { $0.user } }
        set { state.withLock { $0.user = newValue } }
    }

    /// What the limit that it counted against says of itself: for the answer, whatever comes of the request.
    package var limitHeaders: HTTPFields {
        get { state.withLock { $0.limit } }
        set { state.withLock { $0.limit = newValue } }
    }

    /// The code with which it was refused.
    package var problem: String? {
        get { state.withLock { $0.problem } }
        set { state.withLock { $0.problem = newValue } }
    }
}
