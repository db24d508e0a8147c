import HTTPTypes
package import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Asks for the body of a request with `Expect: 100-continue` (RFC 9110 §10.1.1) when somebody begins to read it, and not before: one that is
/// refused by its head is never sent. ``ExpectedContinue`` looks after the connection.
package struct ContinueOnDemand: RouterMiddleware {
    package init() {}

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard ExpectedContinue.isExpected(by: request.headers) else { return try await next(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: AskedFor(body: request.body, connection: context.connection))
        return try await next(request, context)
    }
}

/// A body that is asked for by the first look at it.
private struct AskedFor: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let connection: any Channel

    struct Iterator: AsyncIteratorProtocol {
        var body: RequestBody.AsyncIterator
        var connection: (any Channel)?

        mutating func next() async throws -> ByteBuffer? {
            if let connection {
                connection.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
                self.connection = nil
            }
            return try await body.next()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(body: body.makeAsyncIterator(), connection: connection) }
}
