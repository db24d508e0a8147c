import Hummingbird
import NIOCore
import Synchronization

/// A server on a port of the loopback, which answers as the test says and remembers what it was asked.
final class StubServer: Sendable {
    /// A request with its whole body.
    struct Asked: Sendable {
        let head: HTTPRequest
        let body: String

        func header(_ name: String) -> String? {
            head.headerFields.first { $0.name.canonicalName == name }?.value
        }
    }

    private let answer: @Sendable (Asked) async throws -> Response
    private let requests = Mutex<[Asked]>([])

    var asked: [Asked] { requests.withLock { $0 } }

    init(_ answer: @escaping @Sendable (Asked) async throws -> Response) { self.answer = answer }

    /// Answers everything with this.
    convenience init(_ status: Int, _ body: String = "", headers: HTTPFields = [:]) {
        self.init { _ in
            Response(
                status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
        }
    }

    /// What `body` makes of the running server at the address it gets.
    func running<T: Sendable>(_ body: @escaping @Sendable (String) async throws -> T) async throws -> T {
        let router = Router()
        router.post("**") { request, _ in
            let text = try await request.body.collect(upTo: 1 << 20)
            let asked = Asked(head: request.head, body: String(buffer: text))
            self.requests.withLock { $0.append(asked) }
            return try await self.answer(asked)
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) })
        let running = Task { try await application.run() }
        defer { running.cancel() }
        for await number in ports { return try await body("http://127.0.0.1:\(number)") }
        throw DidNotStart()
    }

    private struct DidNotStart: Error {}
}
