import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// The pipelines of deals: `/v1/pipelines`.
package struct PipelinesAPI: Sendable {
    private let pipelines: Pipelines

    package init(pipelines: Pipelines) {
        self.pipelines = pipelines
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listPipelines", .get, "/v1/pipelines", limit: .api, .signedIn(list), keys: .workRead)
                .answers(.json(.all(.pipeline))),
            Route("createPipeline", .post, "/v1/pipelines", limit: .api, .signedIn(create), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.pipeline, .created))
                .refuses(.forbidden),
            Route("replacePipeline", .put, "/v1/pipelines/{id}", limit: .api, .signedIn(replace), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.pipeline))
                .refuses(.forbidden, .versionMismatch),
            Route("removePipeline", .delete, "/v1/pipelines/{id}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden, .invalidRequest),
        ]
    }

    private static let fields: [RouteField] = [
        .required("name", .text),
        .required(
            "stages",
            .list(
                JSONShape(
                    "PipelineStageDraft",
                    [
                        .optional("id", .identifier), .required("name", .text),
                        .required("kind", .choice(DealStage.Kind.self)), .optional("probability", .integer),
                    ]))),
    ]

    /// `GET /v1/pipelines`: all of them with their stages.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let all = try await pipelines.all(signedIn.scope)
        return Response.list(all, size: 1500) { $0.write(to: &$1) }
    }

    /// `POST /v1/pipelines` `{name, stages}`, by owner and admin.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(PipelineDraft.self)
        return try Self.answer(try await pipelines.create(signedIn.scope, draft), .created)
    }

    /// `PUT /v1/pipelines/{id}` `{name, stages}`: what it is from now on. With `If-Match` only that version.
    @Sendable private func replace(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(PipelineID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(PipelineDraft.self)
        return try Self.answer(
            try await pipelines.replace(signedIn.scope, id, with: draft, expectedVersions: versions))
    }

    /// `DELETE /v1/pipelines/{id}`: one in which no deal stands.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        let id = try signedIn.call.identifier(PipelineID.self)
        _ = try Self.answer(try await pipelines.remove(signedIn.scope, id))
        return Response(status: .noContent)
    }

    private static func answer(
        _ outcome: Pipelines.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let pipeline):
            var response = Response.json(status) { pipeline.write(to: &$0) }
            response.headers[.eTag] = "\"\(pipeline.version)\""
            if status == .created { response.headers[.location] = "/v1/pipelines/\(pipeline.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let pipeline = JSONShape(
        "Pipeline",
        [
            .required("id", .identifier), .required("name", .text),
            .required(
                "stages",
                .list(
                    JSONShape(
                        "PipelineStage",
                        [
                            .required("id", .identifier), .required("name", .text),
                            .required("kind", .choice(DealStage.Kind.self)), .required("probability", .integer),
                        ]))),
            .required("version", .integer),
        ])
}
