import API
import CRM
import Core
import Delivery
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import SecurityEvents
import ServiceLifecycle
import Storage
import UnixSignals
import Web

#if canImport(Glibc)
import CMalloc
#endif

extension Installation {
    /// How long requests and deliveries that are under way may take to finish after a signal. The other of the two seconds within which the
    /// program has to be gone is for a mail server that hangs: libcurl looks once a second whether it is to give up.
    private static let drain: Duration = .seconds(1)

    /// Serves until SIGINT or SIGTERM, then lets what is under way finish, for at most two seconds. `onListening` is told the port.
    package func serve(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        Self.keepFreedMemory()
        let database = database
        var web = configuration.webConfiguration(secret: secret)
        let reporter = FaultReporter(sampleRate: configuration.alerts.sentrySampleRate, world: world)
        if sentrySender != nil {
            web.noteFault = { fault in
                reporter.note(
                    kind: fault.kind, method: fault.method, route: fault.route, errorID: fault.errorID)
            }
        }
        let logger = logger
        let live = LiveEvents(
            reader: SealedEvents(database: database),
            failed: { error in
                logger.warning("live events not read", metadata: ["error": .string("\(error)")])
            })
        let routes = Routes(
            gate: gate,
            clients: ClientFeatures(
                book: book, imports: imports, files: files, unsubscribeLinks: unsubscribeLinks, webhooks: webhooks,
                work: configuration.work),
            configuration: web, exportPolicy: configuration.detection.exportPolicy, live: live,
            readiness: { await Self.readiness(of: database) })
        let application = Application(
            responder: routes.responder,
            server: .http1(configuration: Self.http(web, routes: routes.all, world: world, logger: logger)),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
        var services: [any Service] = [
            application, Maintenance(installation: self), Revocations(installation: self),
            Sealing(installation: self, sealFollowers: sealFollowers),
        ]
        services += backgroundWork
        services += try deliveries()
        if let sentry = sentrySender {
            services.append(FaultReports(reporter: reporter, sender: sentry, logger: logger))
        }
        services.append(webhookRounds)
        services.append(AlertRounds(dispatch: alertDispatch, logger: logger))
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = Self.drain
        try await ServiceGroup(configuration: group).run()
    }

    /// Has the allocator keep up to a megabyte at the end of each of its arenas. It would give back each answer's buffer to the system,
    /// which makes every other core stop for a moment.
    private static func keepFreedMemory() {
        #if canImport(Glibc)
        _ = mallopt(M_TRIM_THRESHOLD, 1 << 20)
        #endif
    }

    /// The edge of each connection: how large a header may be, how long it may lie idle and a body may take, what an unreadable request is told.
    static func http(
        _ web: WebConfiguration, routes: [Route], world: World, logger: Logger
    ) -> HTTP1Channel.Configuration {
        let headers = web.securityHeaders
        let streamed = routes.filter { $0.streamed != nil }
        let counts = ConnectionCounts(most: web.connectionsPerAddress, clientAddress: web.clientAddress)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionBound(counts: counts),
                UnreadableRequests(securityHeaders: headers, world: world, logger: logger),
                HostCheck(), ExpectedContinue(),
                HeadDeadline(limit: .milliseconds(web.headTimeout.milliseconds)),
                BodyDeadline(limit: .milliseconds(web.bodyTimeout.milliseconds)) { head in
                    let path = head.path?.prefix { $0 != "?" } ?? ""
                    return streamed.contains { $0.method == head.method && $0.matches(path: String(path)) }
                        ? StreamedBody.slowest : nil
                },
            ], idleTimeout: .seconds(75),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
    }

    /// Whether the database answers and has the schema of this program.
    static func readiness(of database: any Database) async -> OperationsAPI.Readiness {
        do {
            return try await migrator.pending(in: database).isEmpty ? .ready : .migrationsPending
        } catch StorageError.migrationRefused {
            return .migrationsPending
        } catch {
            return .databaseUnavailable
        }
    }
}
