import AsyncHTTPClient
import Credentials
import Delivery
import Hummingbird
import Identity
import NIOCore
import Synchronization
import Testing

@Suite struct `range service of breached passwords` {
    /// `password`, whose SHA-1 is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
    private static let rest = "1E4C9B93F3F0682250B6CF8331B7EE68FD8"
    private static let other = "0018A45C4D1DEF81644B54AB7F969B88D65"

    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    private func verdict(
        timeLimitMilliseconds: Int64 = 20_000, base: String = "", _ service: Service
    ) async throws -> BreachVerdict {
        let password = try #require(Password("password"))
        return try await service.running { address in
            await PwnedPasswordsRange(
                client: Self.client, baseURL: address + base, timeLimitMilliseconds: timeLimitMilliseconds
            ).verdict(on: password)
        }
    }

    private func verdict(body: String, status: HTTPResponse.Status = .ok) async throws -> BreachVerdict {
        try await verdict(
            Service { _, _ in Response(status: status, body: .init(byteBuffer: ByteBuffer(string: body))) })
    }

    @Test(arguments: ["", "/", "/mirror", "/mirror/"])
    func `only the first five digits leave the machine, and padding is asked for`(base: String) async throws {
        let service = Service { _, _ in
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "\(Self.other):1")))
        }
        #expect(try await verdict(base: base, service) == .unknown)
        let asked = try #require(service.asked.first)
        #expect(service.asked.count == 1)
        #expect(asked.method == .get)
        #expect(asked.path == (base.hasPrefix("/mirror") ? "/mirror" : "") + "/range/5BAA6")
        #expect(asked.headerFields[.userAgent] == "gatehouse")
        #expect(asked.headerFields.first { $0.name.canonicalName == "add-padding" }?.value == "true")
        #expect(!"\(asked.headerFields)".contains("1E4C9"))
    }

    @Test(arguments: [
        ("\(rest):10434004", BreachVerdict.found), ("\(other):3\r\n\(rest):1\r\n", .found),
        ("\(rest.lowercased()):1\n\(other):0", .found), ("\(other):10\r\n", .unknown),
        // Padding, also when chance makes it hit.
        ("\(other):0\r\n\(rest):0\r\n", .unknown), ("\(rest):0\n\(rest):2", .found), ("\(rest):000", .unknown),
    ])
    func `reads the list`(body: String, expected: BreachVerdict) async throws {
        #expect(try await verdict(body: body) == expected)
    }

    @Test(arguments: [
        "", "\r\n\r\n", "<html>sign in to the hotel</html>", "\(rest)", "\(rest):", "\(rest):x", "\(rest):-1",
        "\(rest) :1",
        "\(rest)0:1", "\(rest.dropLast()):1", "\(rest):1\n\(rest)", "\(rest):1\nG\(other.dropFirst()):1",
        "5BAA6\(rest):1", "\(rest):1 \n", "\u{0}\u{FF}",
    ])
    func `does not believe a garbled list`(body: String) async throws {
        let verdict = try await verdict(body: body)
        guard case .unavailable(let reason) = verdict else {
            Issue.record("believed: \(verdict)")
            return
        }
        #expect(!reason.contains("5BAA6") && !reason.contains("1E4C9"))
    }

    @Test(arguments: [201, 204, 302, 304, 400, 404, 429, 500, 503])
    func `any status but 200 is no answer`(status: Int) async throws {
        let verdict = try await verdict(
            body: status == 204 || status == 304 ? "" : "\(Self.rest):1", status: .init(code: status))
        #expect(verdict == .unavailable(reason: "the service answered \(status)"))
    }

    @Test func `a huge answer is not read to its end`() async throws {
        let written = Atomic<Int>(0)
        let service = Service { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    let lines = ByteBuffer(repeating: UInt8(ascii: "\n"), count: 65_536)
                    // Four gigabytes: far more than the loopback carries until even a busy client has hung up.
                    for _ in 0..<65_536 {
                        try await writer.write(lines)
                        written.add(65_536, ordering: .relaxed)
                    }
                    try await writer.finish(nil)
                })
        }
        #expect(try await verdict(service) == .unavailable(reason: "the service's answer is too large"))
        #expect(written.load(ordering: .relaxed) < 2 << 30)
    }

    @Test(arguments: [false, true])
    func `a service that dawdles is not waited for`(afterTheHead: Bool) async throws {
        let service = Service { _, _ in
            // Ends when the client hangs up, and not before.
            if !afterTheHead { for await _ in AsyncStream<Never>.makeStream().stream {} }
            return Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "\(Self.other):1\r\n"))
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                    try await writer.finish(nil)
                })
        }
        let clock = ContinuousClock()
        let begun = clock.now
        let took = Mutex<Duration?>(nil)
        let password = try #require(Password("password"))
        let verdict = try await service.running { address in
            let range = PwnedPasswordsRange(client: Self.client, baseURL: address, timeLimitMilliseconds: 300)
            let verdict = await range.verdict(on: password)
            took.withLock { $0 = clock.now - begun }
            return verdict
        }
        #expect(verdict == .unavailable(reason: "the service took too long"))
        #expect(try #require(took.withLock { $0 }) < .seconds(60))
    }

    @Test(arguments: [
        "http://127.0.0.1:1", "", "no address", "http://", "ftp://127.0.0.1", "http://127.0.0.1:99999",
        "http://127.0.0.1:-1",
        "http://127.0.0.1:99999999999999999999",
    ])
    func `a service that is not there is no answer`(address: String) async throws {
        let range = PwnedPasswordsRange(client: Self.client, baseURL: address, timeLimitMilliseconds: 500)
        let verdict = await range.verdict(on: try #require(Password("password")))
        guard case .unavailable(let reason) = verdict else {
            Issue.record("believed: \(verdict)")
            return
        }
        #expect(!reason.contains("5BAA6"))
    }
}

/// A service on a port of the loopback, which answers as the test says and remembers what it was asked.
private final class Service: Sendable {
    private let answer: @Sendable (Request, BasicRequestContext) async throws -> Response
    private let requests = Mutex<[HTTPRequest]>([])

    var asked: [HTTPRequest] { requests.withLock { $0 } }

    init(_ answer: @escaping @Sendable (Request, BasicRequestContext) async throws -> Response) { self.answer = answer }

    /// What `body` makes of the running service at the address it gets.
    func running<T: Sendable>(_ body: @escaping @Sendable (String) async -> T) async throws -> T {
        let router = Router()
        router.get("**") { request, context in
            self.requests.withLock { $0.append(request.head) }
            return try await self.answer(request, context)
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) })
        let running = Task { try await application.run() }
        defer { running.cancel() }
        for await number in ports { return await body("http://127.0.0.1:\(number)") }
        throw ServiceDidNotStart()
    }

    private struct ServiceDidNotStart: Error {}
}
