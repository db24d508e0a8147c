import Accounts
import CRM
import Core
import Credentials
import FileStorage
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import NIOCore
import NIOPosix
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Work

@testable import Server
@testable import Web

/// A running Gatehouse on a fresh database, with a clock that the test moves, spoken to over HTTP alone.
struct Office: Sendable {
    let clock: TestWorld
    let gate: Gate
    let client: any TestClientProtocol
    let live: LiveEvents
    let imports: ClientImports
    let port: Int
    let routes: [Route]
    let book: ClientBook
    let files: ClientFiles

    /// The address under which the office believes that people reach it.
    static let origin = "http://office.example"
    /// What access tokens are signed with.
    static let secret = "a test secret of well over 32 characters 0123456789"

    /// Opens an office in `environment` (variables as in `.env`) and hands it to `body`.
    static func open(
        on kind: DatabaseKind, _ environment: [String: String] = [:], setting: TestingSetup = .live,
        _ body: @escaping @Sendable (Office) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            try await open(over: database, environment, setting: setting, clock: TestWorld(), body)
        }
    }

    /// Opens an office over a database that is there already: a restart, or a second node.
    static func open(
        over database: any Database, _ environment: [String: String] = [:], setting: TestingSetup = .live,
        clock: TestWorld, _ body: @escaping @Sendable (Office) async throws -> Void
    ) async throws {
        var variables = [
            "JWT_SECRET": secret, "PUBLIC_URL": origin,
            "PASSWORD_HASH_MEMORY_KIB": "64", "PASSWORD_HASH_PASSES": "1", "LOG_LEVEL": "critical",
            // Tests that compute keep the threads from those whose connections were just opened.
            "REQUEST_HEAD_TIMEOUT_SECONDS": "600",
        ]
        variables.merge(environment) { _, given in given }
        let configuration = try ServerConfiguration.read(environment: variables)
        let secret = ServerSecret(
            current: Secret(Array((variables["JWT_SECRET"] ?? "").utf8)),
            previous: configuration.gate.previousSecrets.map { Secret(Array($0.exposed.utf8)) })
        _ = try await Installation.migrator.migrate(database, now: clock.world.now())
        let gate = try await Gate.open(
            configuration.gateConfiguration(secret: secret), database: database, world: clock.world)
        let book = ClientBook(
            database: database, world: clock.world, cursorKey: Installation.cursorKey(secret),
            home: configuration.clients.homeRegion, dependents: WorkDependents.all)
        _ = try await book.prepareSearch()
        let web = configuration.webConfiguration(secret: secret)
        // Looks at the log often, so that no test waits for it.
        let live = LiveEvents(
            reader: SealedEvents(database: database),
            pause: {
                _ = try? await MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .milliseconds(10)) {}
                    .futureResult.get()
            })
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("imports-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let imports = ClientImports(
            book: book, recorder: gate.recorder,
            files: ImportFiles(directory: directory.path, limit: configuration.clients.importLimit))
        let place = directory.path
        defer { for name in ["-files", "-incoming"] { try? FileManager.default.removeItem(atPath: place + name) } }
        let files = ClientFiles(
            database: database, world: clock.world, store: DirectoryStore(place + "-files"),
            incoming: place + "-incoming", limit: configuration.clients.fileLimit)
        let routes = Routes(
            gate: gate,
            clients: ClientFeatures(
                book: book, imports: imports, files: files,
                unsubscribeLinks: UnsubscribeLinks(secret: secret, origin: Self.origin),
                webhooks: Webhooks(
                    database: database, world: clock.world, cursorKey: Installation.cursorKey(secret),
                    secrets: WebhookSecrets(secret: secret, world: clock.world),
                    allowsPrivate: false),
                work: configuration.work),
            configuration: web, exportPolicy: configuration.detection.exportPolicy, live: live,
            readiness: { await Installation.readiness(of: database) })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            responder: routes.responder,
            server: .http1(
                configuration: Installation.http(
                    web, routes: routes.all, world: clock.world, logger: logger)),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
        try await application.test(setting) { client in
            try await body(
                Office(
                    clock: clock, gate: gate, client: client, live: live, imports: imports, port: client.port ?? 0,
                    routes: routes.all, book: book, files: files))
        }
        await gate.hashing.shutDown()
    }

    /// A password that meets every rule.
    static let password = "Lantern-Orchid-47-Saddle"

    /// Makes an account at the operator's word.
    @discardableResult
    func hire(_ email: String, role: Role = .agent, password: String = password) async throws -> Account {
        guard let address = EmailAddress(email) else { throw Surprise("\(email) is no address") }
        let applicant = Registration.Applicant(
            email: address, password: password, firstName: "Test", lastName: "Person")
        let outcome = try await gate.registration.create(applicant, role: role, from: .commandLine)
        guard case .registered(let account) = outcome else { throw Surprise("not registered: \(outcome)") }
        return account
    }

    /// What lies where uploads are written, by name.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: files.incoming)
    }

    /// Somebody with a browser of their own.
    func visitor() -> Visitor { Visitor(office: self) }

    /// Has an owner let `visitor` export clients.
    func allowExport(_ visitor: Visitor) async throws {
        let id = try await visitor.get("/v1/auth/me").string("user", "id") ?? ""
        let owner = try await signedIn("grants@office.example", role: .owner)
        guard try await owner.send(.put, "/v1/export-grants/\(id)").status == .noContent else {
            throw Surprise("no grant")
        }
    }

    /// Somebody who has an account and is signed in.
    func signedIn(_ email: String = "agent@office.example", role: Role = .agent) async throws -> Visitor {
        try await hire(email, role: role)
        let visitor = visitor()
        let answer = try await visitor.signIn(email)
        guard answer.status == .ok else { throw Surprise("not signed in: \(answer.text)") }
        return visitor
    }
}

/// Something that a fixture did not expect.
struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
