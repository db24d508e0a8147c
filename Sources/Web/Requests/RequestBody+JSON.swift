import FoundationEssentials
import HTTPTypes
package import Hummingbird
import NIOCore

extension Request {
    /// The members of the body, a JSON object, and the bytes themselves.
    ///
    /// The content type must say so: a page of another site can post a form or plain text to us with the user's cookies and without asking,
    /// but not JSON. Refusals: 415 `unsupported_media_type`, 413 `payload_too_large`, 400 `invalid_request`. With
    /// `allowingEmpty` a request without a body reads as `{}`.
    func jsonMembers(allowingEmpty: Bool = false) async throws -> (members: [String: JSONValue], data: Data) {
        let bytes = try await limitedBody()
        if allowingEmpty, bytes.readableBytes == 0 { return ([:], Data()) }
        guard hasContentType("application/json") else { throw Problem(.unsupportedMediaType) }
        switch JSONNesting.judge(bytes.readableBytesView) {
        case .shallow: break
        case .tooDeep:
            throw Problem(
                .invalidRequest, detail: "The body is nested deeper than \(JSONNesting.limit) levels. Make it flatter.")
        case .notUTF8: throw Problem(.invalidRequest, detail: "The body is not a JSON object in UTF-8.")
        }
        let data = Data(bytes.readableBytesView)
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data), case .object(let members) = value
        else { throw Problem(.invalidRequest, detail: "The body is not a JSON object in UTF-8.") }
        return (members, data)
    }

    /// The body, up to the limit; 413 `payload_too_large` past it.
    package func limitedBody() async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: WebContext.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw Problem(.payloadTooLarge)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw Problem(.payloadTooLarge)
        }
    }

    /// Whether the body is of the media type `essence`, whatever its parameters.
    package func hasContentType(_ essence: String) -> Bool {
        guard let type = headers[.contentType] else { return false }
        return type.prefix { $0 != ";" && $0 != " " }.lowercased() == essence
    }
}
