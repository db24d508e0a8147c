import CRM
package import Core
import Credentials
import Guarding
import Hummingbird
import NIOCore
import Sessions
package import Web
package import Work

/// Deals, their board and their forecast: `/v1/deals`.
package struct DealsAPI: Sendable {
    let deals: DealBook
    let world: World

    package init(deals: DealBook, world: World) {
        self.deals = deals
        self.world = world
    }

    /// The routes of this area.
    package var routes: [Route] { records + views }

    private var records: [Route] {
        [
            Route("listDeals", .get, "/v1/deals", limit: .api, .signedIn(list), keys: .workRead)
                .query(
                    .optional("pipeline", .identifier), .optional("stage", .identifier),
                    .optional("client", .identifier), .optional("agent", .identifier),
                    .optional("status", .choice(DealStage.Kind.self)), .optional("limit", .integer),
                    .optional("cursor", .text)
                )
                .answers(.json(.page(of: .deal)))
                .refuses(.invalidCursor),
            Route("createDeal", .post, "/v1/deals", limit: .api, .signedIn(create), keys: .workWrite)
                .reads(JSONShape.dealDraft)
                .answers(.json(.deal, .created))
                .refuses(.forbidden),
            Route("getDeal", .get, "/v1/deals/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.deal)),
            Route("changeDeal", .patch, "/v1/deals/{id}", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(JSONShape.dealDraft)
                .answers(.json(.deal))
                .refuses(.forbidden, .versionMismatch),
            Route("removeDeal", .delete, "/v1/deals/{id}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden, .versionMismatch),
            Route("dealStages", .get, "/v1/deals/{id}/stages", limit: .api, .signedIn(stages), keys: .workRead)
                .answers(.json(.all(.dealStay))),
        ]
    }

    private var views: [Route] {
        [
            Route("moveDeal", .post, "/v1/deals/{id}/move", limit: .api, .signedIn(move), keys: .workWrite)
                .reads(
                    .required("stageId", .identifier), .optional("afterId", .identifier),
                    .optional("beforeId", .identifier), .optional("version", .integer)
                )
                .answers(.json(.deal))
                .refuses(.forbidden, .versionMismatch, .neighbourMoved),
            Route("dealBoard", .get, "/v1/deals/board", limit: .api, .signedIn(board), keys: .workRead)
                .query(.optional("pipeline", .identifier))
                .answers(.json(.dealBoard))
                .refuses(.notFound),
            Route("dealForecast", .get, "/v1/deals/forecast", limit: .api, .signedIn(forecast), keys: .workRead)
                .query(
                    .optional("from", .text), .optional("to", .text), .optional("pipeline", .identifier),
                    .optional("format", .choice(ForecastFormat.self))
                )
                .answers(.json(.dealForecast), .media("text/csv")),
            Route("dealTemplate", .get, "/v1/deals/template", limit: .api, .signedIn(template), keys: .workRead)
                .answers(.json(.dealTemplate)),
            Route(
                "replaceDealTemplate", .put, "/v1/deals/template", limit: .api, .signedIn(replaceTemplate),
                keys: .workWrite
            )
            .reads(.required("dates", .foreign), .required("checklist", .list(.dealTemplateItem)))
            .answers(.json(.dealTemplate))
            .refuses(.forbidden, .versionMismatch),
        ]
    }

    /// `GET /v1/deals?pipeline=&stage=&client=&agent=&status=&cursor=&limit=`: the latest made first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = DealQuery()
        query.pipeline = fields.identifier("pipeline", PipelineID.self)
        query.stage = fields.identifier("stage", DealStageID.self)
        query.client = fields.identifier("client", ClientID.self)
        query.agent = fields.identifier("agent", AccountID.self)
        query.status = fields.choice("status", DealStage.Kind.self)
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await deals.list(signedIn.scope, query) {
        case .page(let page, let next):
            let now = world.now()
            return Response.json(capacity: page.count * 1500 + 64) { json in
                json.object { object in
                    object.key("data")
                    object.array { list in page.forEach { $0.write(to: &list, at: now) } }
                    object.key("page")
                    object.object { $0.member("nextCursor", next) }
                }
            }
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/deals` `{name, stageId, …}`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(DealDraft.self)
        return try answer(try await deals.create(signedIn.scope, draft), .created)
    }

    /// `GET /v1/deals/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let deal = try await deals.get(signedIn.scope, try signedIn.call.identifier(DealID.self)) else {
            throw Problem(.notFound)
        }
        return try answer(.done(deal))
    }

    /// `PATCH /v1/deals/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(DealID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(DealDraft.self)
        return try answer(try await deals.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/deals/{id}`.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        let id = try signedIn.call.identifier(DealID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        _ = try answer(try await deals.remove(signedIn.scope, id, expectedVersions: versions))
        return Response(status: .noContent)
    }

    /// `GET /v1/deals/{id}/stages`: where it has stood and for how long, the last first.
    @Sendable private func stages(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(DealID.self)
        guard let stays = try await deals.stages(signedIn.scope, id) else { throw Problem(.notFound) }
        let now = world.now()
        return Response.json { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for stay in stays {
                        list.object { item in
                            item.member("stageId", stay.stageID)
                            item.member("stage", stay.stageName)
                            item.member("enteredAt", stay.at)
                            item.member("leftAt", stay.until)
                            item.member("days", Deal.days(from: stay.at, to: stay.until ?? now))
                            item.member("userId", stay.userID)
                        }
                    }
                }
            }
        }
    }

    func answer(_ outcome: DealBook.Outcome, _ status: HTTPResponse.Status = .ok) throws -> Response {
        switch outcome {
        case .done(let deal):
            var response = Response.json(status, capacity: 2000) { deal.write(to: &$0, at: world.now()) }
            response.headers[.eTag] = "\"\(deal.version)\""
            if status == .created { response.headers[.location] = "/v1/deals/\(deal.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .neighbourMoved: throw Problem(.neighbourMoved)
        }
    }
}
