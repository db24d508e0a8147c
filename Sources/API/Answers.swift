import Accounts
import Core
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Sessions
import Web

extension Response {
    /// An answer whose body is the JSON that `body` writes.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], capacity: Int = 512,
        _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var writer = JSONWriter(capacity: capacity)
        try body(&writer)
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }
}

extension Response {
    /// A list that is never cut: `data` with what `write` makes of each item, about `size` bytes of it.
    static func list<Item>(
        _ items: [Item], size: Int = 400, _ write: (Item, inout JSONWriter) -> Void
    ) -> Response {
        .json(capacity: items.count * size + 32) { json in
            json.object { object in
                object.key("data")
                object.array { list in items.forEach { write($0, &list) } }
            }
        }
    }
}

extension JSONWriter {
    /// Writes the member `user`: an account as the API shows it.
    mutating func user(_ account: Account) {
        key("user")
        object { user in
            user.member("id", account.id)
            user.member("email", account.email.shown)
            user.member("firstName", account.firstName)
            user.member("lastName", account.lastName)
            user.member("role", account.role.rawValue)
        }
    }

    /// Writes the members of *signed in* but for the refresh token.
    mutating func signedIn(_ grant: SessionGrant) {
        member("status", "signed_in")
        member("accessToken", grant.accessToken)
        member("tokenType", "Bearer")
        member("expiresIn", grant.accessTokenLife.milliseconds / 1000)
        user(grant.account)
        key("session")
        object { session in
            session.member("id", grant.session.id)
            session.member("expiresAt", grant.sessionExpiresAt)
        }
    }
}
