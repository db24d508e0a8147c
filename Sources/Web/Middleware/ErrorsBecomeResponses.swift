import Core
package import Guarding
import HTTPTypes
package import Hummingbird
import Logging
import NIOHTTP1
import SecurityEvents
import Storage

/// A fault that was answered with 500: what it was, and where. Names of our own alone, and nothing that was sent.
package struct Fault: Sendable, Hashable {
    /// The type of the error.
    package let kind: String
    package let method: String
    /// The path of the table, with the names of its parameters.
    package let route: String
    /// Under which the log has the rest.
    package let errorID: String
}

/// Somebody who hears of faults; must not take time, for a request waits.
package typealias FaultListener = @Sendable (Fault) -> Void

/// Turns whatever is thrown further in into an answer, so that everything further out always sees one: headers, CORS
/// and the log miss no error.
package struct ErrorsBecomeResponses: RouterMiddleware {
    private let limiter: RateLimiter
    private let log: RefusalLog
    private let routes: [Route]
    private let noteFault: FaultListener

    package init(
        limiter: RateLimiter, log: RefusalLog, routes: [Route], noteFault: @escaping FaultListener = { _ in }
    ) {
        self.limiter = limiter
        self.log = log
        self.routes = routes
        self.noteFault = noteFault
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            var problem = problem(for: error, request, context)
            problem.headers.append(contentsOf: context.record.limitHeaders)
            context.record.problem = problem.code.rawValue
            if problem.code == .internalError { noteFault(fault(error, request, context)) }
            if problem.code == .csrfRejected { await recordForeignOrigin(context) }
            let path = request.uri.path
            return problem.answer(on: routes.first { $0.method == request.method && $0.matches(path: path) })
        }
    }

    private func problem(for error: any Error, _ request: Request, _ context: WebContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is any Overload: return Problem(.overloaded, retryAfter: .seconds(1))
        case let error as StorageError: return problem(for: error, context)
        case is SlowBody: return Problem(.requestTimeout, headers: [.connection: "close"])
        case is HTTPParserError: return Problem(.invalidRequest, detail: "The body is not what HTTP allows.")
        case let error as HTTPError where error.status == .notFound: return unknownPath(request)
        case let error as HTTPError where error.status == .contentTooLarge: return Problem(.payloadTooLarge)
        case let error as HTTPError where error.status.kind == .clientError: return Problem(.invalidRequest)
        default: return fault("\(type(of: error)): \(error)", context)
        }
    }

    private func problem(for error: StorageError, _ context: WebContext) -> Problem {
        switch error {
        case .unavailable(let reason):
            context.logger.error("database unavailable", metadata: ["reason": .string(reason)])
            return Problem(.databaseUnavailable, retryAfter: .seconds(2))
        case .timedOut:
            context.logger.error("database statement timed out")
            return Problem(.databaseUnavailable, retryAfter: .seconds(2))
        case .overloaded: return Problem(.overloaded, retryAfter: .seconds(1))
        case .constraintViolated, .unexpectedColumn, .migrationRefused, .failed: return fault("\(error)", context)
        }
    }

    private func fault(_ error: any Error, _ request: Request, _ context: WebContext) -> Fault {
        let path = request.uri.path
        return Fault(
            kind: "\(type(of: error))", method: request.method.rawValue,
            route: routes.first { $0.matches(path: path) }?.path ?? "unknown", errorID: context.source.requestID)
    }

    /// What went wrong is for the log; the client gets the id under which it stands there.
    private func fault(_ description: String, _ context: WebContext) -> Problem {
        context.logger.error("request failed", metadata: ["error": .string(description)])
        var id = JSONWriter()
        id.string(context.source.requestID)
        return Problem(.internalError, members: [("errorId", String(decoding: id.bytes, as: UTF8.self))])
    }

    /// A path that exists for other methods is 405 with the methods that work, else 404.
    private func unknownPath(_ request: Request) -> Problem {
        let methods = Set(routes.filter { $0.matches(path: request.uri.path) }.map(\.method.rawValue))
        if methods.isEmpty { return Problem(.notFound) }
        return Problem(.methodNotAllowed, headers: [.allow: methods.sorted().joined(separator: ", ")])
    }

    /// Written down within the source's own limit, so that a hostile page cannot fill the log.
    private func recordForeignOrigin(_ context: WebContext) async {
        do {
            let subject = context.source.ip?.subscriber.description ?? "unknown"
            guard try await limiter.hit(.api, subject: subject)?.isAllowed ?? true else { return }
            try await log.record(Event(.csrfRejected, in: log.world, from: context.source))
        } catch {
            context.logger.error("event not recorded", metadata: ["error": .string("\(error)")])
        }
    }
}
