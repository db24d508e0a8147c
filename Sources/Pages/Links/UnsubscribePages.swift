package import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
package import Web
package import Work

/// The page behind the link that ends mails to a client.
///
/// Opening it changes nothing, because mail scanners open links; pressing its button does, and so does the request that a mail program sends for
/// one click (RFC 8058).
package struct UnsubscribePages: Sendable {
    private let links: UnsubscribeLinks
    private let book: ClientBook

    package init(links: UnsubscribeLinks, book: ClientBook) {
        self.links = links
        self.book = book
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            .page("unsubscribePage", .get, "/unsubscribe", limit: .api, .anyone(show)),
            .page("unsubscribeForm", .post, "/unsubscribe", limit: .login, .anyone(unsubscribe)),
        ]
    }

    /// `GET /unsubscribe?token=…`: the button.
    @Sendable private func show(_ call: Call) async throws -> Response {
        let token = call.request.linkParameter("token")
        guard links.client(token) != nil else { return Self.gone }
        return Response.page(
            title: "No more mails?",
            """
            <p>Press the button, and we will not mail you any more. Whom you write to can still answer you.</p>
            <form method="post" action="/unsubscribe?token=\(token)">
            <p><button>No more mails</button></p>
            </form>
            """)
    }

    /// `POST /unsubscribe?token=…`.
    @Sendable private func unsubscribe(_ call: Call) async throws -> Response {
        guard let client = links.client(call.request.linkParameter("token")) else { return Self.gone }
        // Whoever is not in the book any more gets no mails either.
        _ = try await book.refuseMail(client, from: "unsubscribe link")
        return Response.page(title: "Done", "<p>We will not mail you any more.</p>")
    }

    private static var gone: Response {
        Response.page(
            .notFound, title: "This link does not work",
            "<p>It may have been cut off. Open it from the mail once more, or answer the mail.</p>")
    }
}
