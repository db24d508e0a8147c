import Accounts
import AsyncHTTPClient
package import CRM
package import Core
import Credentials
import FileStorage
import Foundation
package import Identity
package import Logging
package import SecurityEvents
import Sessions
package import Storage
import StoragePostgres
import StorageSQLite
import Web
package import Work

/// The program on its data: the database, the gate and the clients, put together from the configuration. What the commands work on.
package struct Installation: Sendable {
    package let configuration: ServerConfiguration
    package let world: World
    package let logger: Logger
    package let database: any Database
    package let gate: Gate
    package let book: ClientBook
    /// What waits to be sent.
    package var outbox: Outbox { Outbox(database: database, world: world) }
    /// What is shown every event as it is sealed.
    package var sealFollowers: [any SealFollower] { [EventRollup()] }
    /// The operator's files that are read again as they change.
    var watchedFiles: [any WatchedFile] { [gate.places] + (gate.detection?.watchedFiles ?? []) }
    /// What brings in files of clients.
    let imports: ClientImports
    /// The files about clients.
    let files: ClientFiles
    let secret: ServerSecret
    let http: HTTPClient

    /// The steps of the schema, over all features.
    package static var migrator: Migrator {
        Migrator(
            IdentitySchema.migrations + SecurityEventsSchema.migrations + CRMSchema.migrations + WorkSchema.migrations
                + OutboxSchema.migrations)
    }

    /// Opens the database, brings its schema up to date, and puts the rest together.
    package static func open(
        _ configuration: ServerConfiguration, world: World, logger: Logger
    ) async throws -> Installation {
        let secret = try serverSecret(configuration, world: world)
        let database = try await openDatabase(configuration, world: world)
        let http = OutgoingHTTP.client()
        do {
            for migration in try await migrator.migrate(database, now: world.now()) {
                logger.notice("schema step", metadata: ["number": "\(migration.number)", "name": "\(migration.name)"])
            }
            await prepareMonths(of: database, world: world, logger: logger)
            var gateConfiguration = configuration.gateConfiguration(secret: secret)
            gateConfiguration.breachedPasswords = try configuration.accounts.breachedPasswords(http)
            gateConfiguration.detection = try configuration.detection.detection(
                places: gateConfiguration.places, world: world)
            let gate = try await Gate.open(gateConfiguration, database: database, world: world)
            let book = ClientBook(
                database: database, world: world, cursorKey: cursorKey(secret), home: configuration.clients.homeRegion,
                dependents: WorkDependents.all)
            if let advice = try await book.prepareSearch().advice { logger.notice("\(advice)") }
            let imports = ClientImports(book: book, recorder: gate.recorder, files: configuration.importFiles)
            try makeDirectory(configuration.dataDirectory)
            return Installation(
                configuration: configuration, world: world, logger: logger, database: database, gate: gate, book: book,
                imports: imports, files: configuration.clientFiles(database, world), secret: secret, http: http)
        } catch {
            try? await http.shutdown()
            await database.close()
            throw error
        }
    }

    /// No reason not to start: events have a place without them, and a later round makes them.
    private static func prepareMonths(of database: any Database, world: World, logger: Logger) async {
        do {
            try await EventMonths(database: database, world: world).prepare()
        } catch {
            logger.warning("months of the security log not made", metadata: ["error": .string("\(error)")])
        }
    }

    /// Opens the database alone.
    package static func openDatabase(_ configuration: ServerConfiguration, world: World) async throws -> any Database {
        switch configuration.database.location {
        case .sqlite(let path):
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
            try makeDirectory(directory)
            return try SQLiteDatabase(path: path, queryTimeout: configuration.database.queryTimeout)
        case .postgres(let url):
            return try await PostgresDatabase.connect(
                PostgresConfiguration(
                    url: url, poolMinimum: configuration.database.poolMinimum,
                    poolMaximum: configuration.database.poolMaximum,
                    queryTimeout: configuration.database.queryTimeout, sslMode: configuration.database.sslMode.rawValue),
                world: world)
        }
    }

    /// The links by which clients end mails.
    var unsubscribeLinks: UnsubscribeLinks { UnsubscribeLinks(secret: secret, origin: configuration.publicURL) }

    /// Makes up the week of a small brokerage.
    package var demoWeek: DemoWeek {
        DemoWeek(
            database: database, world: world, cursorKey: Self.cursorKey(secret), mailbox: gate.mailbox,
            settings: UserSettings(database: database, world: world, standard: configuration.work.timeZone))
    }

    /// Ends what `open` started.
    package func close() async {
        await gate.hashing.shutDown()
        await gate.settleQuestions()
        // It only fails when it was shut down before.
        try? await http.shutdown()
        await database.close()
    }

    private static func serverSecret(_ configuration: ServerConfiguration, world: World) throws -> ServerSecret {
        let previous = configuration.gate.previousSecrets.map { Secret(Array($0.exposed.utf8)) }
        if let set = configuration.gate.secret {
            return ServerSecret(current: Secret(Array(set.exposed.utf8)), previous: previous)
        }
        try makeDirectory(configuration.dataDirectory)
        return ServerSecret(
            current: try SecretFile.secret(in: configuration.dataDirectory, world: world), previous: previous)
    }

    /// Makes a directory that only this user can enter, if it is not there.
    private static func makeDirectory(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ConfigurationFailure(problems: [ConfigurationProblem("DATA_DIR", "cannot be made at \(path).")])
        }
    }

    static func cursorKey(_ secret: ServerSecret) -> Secret<[UInt8]> {
        Secret(secret.key(for: .cursors).authenticationCode(for: Array("cursor key".utf8)))
    }
}

extension ServerConfiguration {
    /// How the work with clients is done.
    var work: WorkConfiguration {
        var work = WorkConfiguration()
        work.timeZone = clients.timeZone
        work.quietHours = clients.quietHours
        work.origin = publicURL
        return work
    }

    /// Where files wait to be imported.
    var importFiles: ImportFiles {
        ImportFiles(directory: dataDirectory + "/imports", limit: clients.importLimit)
    }

    /// The files about clients, in `DATA_DIR/files`.
    func clientFiles(_ database: any Database, _ world: World) -> ClientFiles {
        ClientFiles(
            database: database, world: world, store: DirectoryStore(dataDirectory + "/files"),
            incoming: dataDirectory + "/incoming", limit: clients.fileLimit)
    }

    /// The gate's settings under `secret`.
    func gateConfiguration(secret: ServerSecret) -> GateConfiguration {
        var gate = GateConfiguration(secret: secret, issuer: publicURL)
        gate.algorithm = self.gate.algorithm
        gate.audience = self.gate.audience
        gate.clocks = self.gate.clocks
        gate.rotation = self.gate.rotation
        gate.lockout = self.gate.lockout
        gate.limits = self.gate.limits
        gate.passwordPolicy = accounts.passwordPolicy(self.gate.passwordPolicy)
        gate.passwordHistory = accounts.passwordHistory
        gate.signIn = accounts.signIn
        gate.mfa = factors.mfa
        gate.passkeys = factors.passkeys
        gate.sendsMail = accounts.mailURL != nil
        gate.sendsSMS = sms.isEnabled
        gate.alertRules = AlertRuleBook(
            standard: alerts.rules, followsCritical: alerts.sentry != nil)
        gate.places = PlaceDatabase(path: accounts.placesPath)
        gate.hashCost = self.gate.hashCost
        gate.hashThreads = self.gate.hashThreads
        gate.hashQueue = self.gate.hashQueue
        gate.registrationMode = self.gate.registrationMode
        gate.firstAccountBecomesOwner = environment == .development
        gate.recordsEvents = self.gate.recordsEvents
        gate.reauthentication = self.gate.reauthentication
        gate.reauthentication.requiresFactorsForPrivilege = factors.mfa.isEnabled
        return gate
    }

    /// The web side's settings.
    func webConfiguration(secret: ServerSecret) -> WebConfiguration {
        var configuration = WebConfiguration(
            cookies: SignInCookies(
                isSecure: web.cookieSecure, sameSite: web.cookieSameSite, domain: web.cookieDomain,
                host: URL(string: publicURL)?.host),
            origins: OriginPolicy(own: publicURL, listed: web.corsOrigins),
            clientAddress: ClientAddress(trustedProxies: trustedProxies),
            crossOrigin: CrossOriginAccess(
                origins: web.corsOrigins, allowsCredentials: web.corsAllowsCredentials),
            isSecure: web.isSecure, contentPolicy: web.contentPolicy,
            accessLogKey: secret.key(for: .accessLog), cursorKey: Installation.cursorKey(secret))
        configuration.metricsToken = metrics.token
        configuration.bodyTimeout = connections.bodyTimeout
        configuration.headTimeout = connections.headTimeout
        configuration.connectionsPerAddress = connections.perAddress
        return configuration
    }
}
