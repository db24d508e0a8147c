import Core
package import HTTPTypes
package import Hummingbird
import NIOCore

/// A refusal on its way to becoming an answer: `application/problem+json` (RFC 9457).
///
/// Says what happened and what to do, never a secret and never whether somebody else exists.
package struct Problem: Error, Sendable {
    /// One field that is wrong.
    package struct FieldError: Sendable, Hashable {
        package var field: String
        package var code: String
        package var message: String

        package init(field: String, code: String, message: String) {
            self.field = field
            self.code = code
            self.message = message
        }
    }

    package var code: ProblemCode
    /// In place of the code's own status, where the contract has one code with two.
    package var status: HTTPResponse.Status?
    /// In place of the code's own advice.
    package var detail: String?
    package var errors: [FieldError]
    /// When to try again: the header `Retry-After`.
    package var retryAfter: Duration?
    /// Further members of the body: names to JSON.
    package var members: [(name: String, json: String)]
    /// Further headers.
    package var headers: HTTPFields

    package init(
        _ code: ProblemCode, detail: String? = nil, errors: [FieldError] = [], retryAfter: Duration? = nil,
        members: [(name: String, json: String)] = [], headers: HTTPFields = [:]
    ) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
        self.members = members
        self.headers = headers
    }

    /// The body.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("type", "/v1/problems#\(code.rawValue)")
            object.member("title", code.title)
            object.member("status", Int64((status ?? code.status).code))
            object.member("detail", detail ?? code.advice)
            object.member("code", code.rawValue)
            if !errors.isEmpty {
                object.key("errors")
                object.array { list in
                    for error in errors {
                        list.object { item in
                            item.member("field", error.field)
                            item.member("code", error.code)
                            item.member("message", error.message)
                        }
                    }
                }
            }
            for member in members {
                object.key(text: member.name)
                object.json(trusted: member.json)
            }
        }
        return writer.bytes
    }

    /// The answer.
    package var response: Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        if let retryAfter { headers[.retryAfter] = String(retryAfter.retryAfterSeconds) }
        let status = status ?? code.status
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension Problem {
    /// A mailed link that was used, ran out, or was killed by a change of its account: 400 `token_invalid`. One answer for all of
    /// them, and for a token that never was.
    package static var linkInvalid: Problem {
        var problem = Problem(.tokenInvalid, detail: "This link was used before or has run out. Ask for a new one.")
        problem.status = .badRequest
        return problem
    }
}
