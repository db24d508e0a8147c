import Core
import HTTPTypes
import Hummingbird

extension Problem {
    /// The answer on `route`: a page where a person looks at it and may have run into it, else JSON.
    func answer(on route: Route?) -> Response {
        guard let route, route.isPage, isForPeople else { return response }
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
