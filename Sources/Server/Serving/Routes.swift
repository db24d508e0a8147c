package import API
package import CRM
import Core
import Departure
package import Hummingbird
package import Identity
import Pages
package import SecurityEvents
package import Web
package import Work

/// What the routes about clients work on.
package struct ClientFeatures: Sendable {
    let book: ClientBook
    let imports: ClientImports
    let files: ClientFiles
    let unsubscribeLinks: UnsubscribeLinks
    let webhooks: Webhooks
    let work: WorkConfiguration

    package init(
        book: ClientBook, imports: ClientImports, files: ClientFiles, unsubscribeLinks: UnsubscribeLinks,
        webhooks: Webhooks, work: WorkConfiguration
    ) {
        self.book = book
        self.imports = imports
        self.files = files
        self.unsubscribeLinks = unsubscribeLinks
        self.webhooks = webhooks
        self.work = work
    }
}

/// The table of routes: every way into the program, read from top to bottom. The one place where the tables of the API and of the pages are
/// joined.
package struct Routes: Sendable {
    /// The rows.
    package let all: [Route]
    private let gate: Gate
    private let configuration: WebConfiguration
    private let registry: MetricsRegistry

    package init(
        gate: Gate, clients features: ClientFeatures, configuration: WebConfiguration,
        exportPolicy: ExportPolicy = ExportPolicy(), live: LiveEvents,
        readiness: @escaping @Sendable () async -> OperationsAPI.Readiness
    ) {
        self.gate = gate
        let (book, work) = (features.book, features.work)
        self.configuration = configuration
        registry = MetricsRegistry(help: RequestMetrics.help)
        let approvals = ExportApprovals(
            database: gate.database, world: gate.world, recorder: gate.recorder, threshold: exportPolicy.approvalRows)
        let exports = ClientExport(
            database: gate.database, world: gate.world, recorder: gate.recorder, notices: gate.notices,
            large: exportPolicy.large, approvals: approvals)
        let clients = ClientsAPI(book: book, exports: exports, recorder: gate.recorder)
        let departure = AgentDeparture(
            team: gate.team, book: book, events: gate.events, recorder: gate.recorder, notices: gate.notices,
            world: gate.world)
        let settings = UserSettings(database: gate.database, world: gate.world, standard: work.timeZone)
        let tasks = TaskBook(
            database: gate.database, world: gate.world, cursorKey: configuration.cursorKey, settings: settings)
        let appointments = AppointmentBook(
            database: gate.database, world: gate.world, cursorKey: configuration.cursorKey, settings: settings)
        let api = [
            AuthAPI(gate: gate, cookies: configuration.cookies).routes,
            FactorsAPI(gate: gate, cookies: configuration.cookies).routes,
            PasskeysAPI(gate: gate, cookies: configuration.cookies).routes,
            APIKeysAPI(gate: gate).routes,
            clients.routes,
            ExportsAPI(
                grants: ExportGrants(database: gate.database, world: gate.world, recorder: gate.recorder),
                approvals: approvals
            ).routes,
            DuplicatesAPI(clients: clients).routes,
            SmartListsAPI(lists: SmartLists(book: book)).routes,
            BulkAPI(changes: BulkChanges(book: book, recorder: gate.recorder)).routes,
            ImportsAPI(imports: features.imports).routes,
            StageIntervalsAPI(intervals: StageIntervals(database: gate.database)).routes,
            StagesAPI(stages: StageList(database: gate.database)).routes,
            PipelinesAPI(pipelines: Pipelines(database: gate.database, world: gate.world)).routes,
            DealsAPI(
                deals: DealBook(database: gate.database, world: gate.world, cursorKey: configuration.cursorKey),
                world: gate.world
            ).routes,
            ListingsAPI(
                listings: ListingBook(database: gate.database, world: gate.world, cursorKey: configuration.cursorKey),
                requests: BuyerRequests(
                    database: gate.database, world: gate.world, cursorKey: configuration.cursorKey)
            ).routes,
            CustomFieldsAPI(customFields: CustomFieldList(database: gate.database, world: gate.world)).routes,
            TimelineAPI(
                timeline: Timeline(
                    database: gate.database, world: gate.world, cursorKey: configuration.cursorKey,
                    mailbox: gate.mailbox)
            ).routes,
            FilesAPI(files: features.files).routes,
            UsersAPI(
                gate: gate, departure: departure,
                removal: AccountRemoval(team: gate.team, book: book, erasure: gate.audit.erasure)
            ).routes,
            TemplatesAPI(
                templates: MailTemplateBook(database: gate.database, world: gate.world),
                letters: ClientLetters(database: gate.database, world: gate.world, mailbox: gate.mailbox)
            ).routes,
            PlansAPI(plans: ActionPlans(database: gate.database, world: gate.world, settings: settings)).routes,
            SettingsAPI(settings: settings).routes,
            WebhooksAPI(webhooks: features.webhooks).routes,
            TasksAPI(tasks: tasks).routes,
            AppointmentsAPI(appointments: appointments).routes,
            CalendarAPI(
                feed: CalendarFeed(
                    database: gate.database, world: gate.world, settings: settings, origin: work.origin)
            ).routes,
            TodayAPI(
                today: Today(
                    database: gate.database, world: gate.world, settings: settings, parts: WorkToday.parts)
            ).routes,
            ReportsAPI(
                reports: Reports(database: gate.database, settings: settings),
                costs: SourceCosts(database: gate.database)
            ).routes,
            SecurityAPI(gate: gate, live: live, cursorKey: configuration.cursorKey).routes,
            AlertRulesAPI(gate: gate).routes,
            OperationsAPI(gate: gate, readiness: readiness).routes,
            MetricsAPI(
                gate: gate, token: configuration.metricsToken, registry: registry, startedAt: gate.world.now()
            ).routes,
        ]
        let pages =
            [InvitationPages(gate: gate).routes, RecoveryPages(gate: gate).routes, Assets.routes]
            + [UnsubscribePages(links: features.unsubscribeLinks, book: book).routes]
        all = (api + pages).flatMap(\.self)
    }

    /// The table as a responder, behind the middleware.
    package var responder: some HTTPResponder<WebContext> {
        Front(
            routes: all, configuration: configuration, admission: gate.admission, keys: gate.keyAdmission,
            reauthentication: gate.reauthenticationPolicy, limiter: gate.limiter,
            log: RefusalLog(database: gate.database, recorder: gate.recorder, world: gate.world),
            registry: configuration.metricsToken.map { _ in registry }
        ).responder
    }
}
