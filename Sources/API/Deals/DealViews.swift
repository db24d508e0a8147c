import Core
import Hummingbird
import NIOCore
import Sessions
import Web
import Work

/// As what a forecast is answered.
enum ForecastFormat: String, CaseIterable {
    case json, csv
}

extension DealsAPI {
    /// `POST /v1/deals/{id}/move` `{stageId, afterId?, beforeId?, version?}`.
    @Sendable func move(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(DealID.self)
        let move = try await signedIn.call.decode(DealMove.self)
        return try answer(try await deals.move(signedIn.scope, id, move))
    }

    /// `GET /v1/deals/board?pipeline=`: the columns with their cards; the first pipeline when none is named.
    @Sendable func board(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let pipeline = fields.identifier("pipeline", PipelineID.self)
        try fields.finish()
        guard let board = try await deals.board(signedIn.scope, pipeline) else { throw Problem(.notFound) }
        let now = world.now()
        return Response.json(capacity: 128 * 1024) { board.write(to: &$0, at: now) }
    }

    /// `GET /v1/deals/forecast?from=2026-01&to=2026-12&pipeline=&format=csv`.
    @Sendable func forecast(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let (from, to) = (Self.month("from", &fields), Self.month("to", &fields))
        let pipeline = fields.identifier("pipeline", PipelineID.self)
        let format = fields.choice("format", ForecastFormat.self) ?? .json
        if let from, let to, !(0..<DealForecast.mostMonths).contains(from.distance(to: to)) {
            fields.refuse("to", "out_of_range", "At most \(DealForecast.mostMonths) months, the first one first.")
        }
        try fields.finish()
        guard let from, let to else { throw Problem(.internalError) }
        let forecast = try await deals.forecast(signedIn.scope, from: from, through: to, pipeline: pipeline)
        switch format {
        case .json: return Response.json(capacity: 8192) { forecast.write(to: &$0) }
        case .csv:
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"forecast.csv\"",
                ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: forecast.csv)))
        }
    }

    private static func month(_ name: String, _ fields: inout QueryFields) -> YearMonth? {
        guard let text = fields.text(name) else {
            fields.refuse(name, "required", "Give a month such as 2026-01.")
            return nil
        }
        let month = YearMonth(text)
        if month == nil { fields.refuse(name, "invalid_date", "Give a month such as 2026-01.") }
        return month
    }

    /// `GET /v1/deals/template`: the days and the checklist that new deals get.
    @Sendable func template(_ signedIn: SignedInCall) async throws -> Response {
        try answer(.done(try await deals.template(signedIn.scope)))
    }

    /// `PUT /v1/deals/template` `{dates, checklist}`, by owner and admin.
    @Sendable func replaceTemplate(_ signedIn: SignedInCall) async throws -> Response {
        struct Draft: Decodable {
            var dates: [String: Int]
            var checklist: [DealTemplate.Item]
        }
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(Draft.self)
        return try answer(
            try await deals.replaceTemplate(
                signedIn.scope, dates: draft.dates, checklist: draft.checklist, expectedVersions: versions))
    }

    private func answer(_ outcome: DealBook.TemplateOutcome) throws -> Response {
        switch outcome {
        case .done(let template):
            var response = Response.json { template.write(to: &$0) }
            response.headers[.eTag] = "\"\(template.version)\""
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}
