import Core
package import Guarding
import HTTPTypes
package import Hummingbird
package import Web

extension Route {
    /// The row of a page, or of the form on it.
    package static func page(
        _ name: String, _ method: HTTPRequest.Method, _ path: String, limit: RateLimit.Name?, _ access: Access
    ) -> Route {
        Route(name, method, path, limit: limit, access) { problem in problem.page() }.answers(.media("text/html"))
    }
}

extension Problem {
    /// The problem as a page; `nil` when nobody who does nothing wrong can meet it, which stays JSON.
    package func page() -> Response? {
        guard isForPeople else { return nil }
        let json = response
        let wait: HTML = retryAfter.map { "<p>Try again in \(Self.text(of: $0)).</p>" } ?? ""
        // What the operator finds the fault by in the log.
        let errorID = members.first { $0.name == "errorId" }?.json.filter { $0 != "\"" }
        let identity: HTML = errorID.map { "<p>Error <code>\($0)</code></p>" } ?? ""
        var page = Response.page(json.status, title: code.title, "<p>\(detail ?? code.advice)</p>\(wait)\(identity)")
        for field in json.headers where ![.contentType, .contentLength].contains(field.name) {
            page.headers.append(field)
        }
        return page
    }

    /// Whether somebody who does nothing wrong can meet it. What a foreign site or a program provokes stays as it is.
    private var isForPeople: Bool {
        switch status ?? code.status {
        case .requestTimeout, .contentTooLarge, .tooManyRequests: true
        case let status: status.code >= 500
        }
    }

    /// A time to wait, as people say it: rounded up.
    private static func text(of wait: Duration) -> String {
        let seconds = wait.retryAfterSeconds
        if seconds < 60 { return seconds == 1 ? "a second" : "\(seconds) seconds" }
        let minutes = (seconds + 59) / 60
        return minutes == 1 ? "a minute" : "\(minutes) minutes"
    }
}
