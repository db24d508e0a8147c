package import CRM
import Core
import Credentials
import Guarding
import Hummingbird
package import Web

/// The stages of clients: `/v1/stages`.
package struct StagesAPI: Sendable {
    private let stages: StageList

    package init(stages: StageList) {
        self.stages = stages
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listStages", .get, "/v1/stages", limit: .api, .signedIn(list), keys: .clientsRead)
                .answers(.json(.stages)),
            Route("replaceStages", .put, "/v1/stages", limit: .api, .signedIn(replace))
                .reads(.required("stages", .list(.text)))
                .answers(.json(.stages))
                .refuses(.forbidden),
        ]
    }

    /// `GET /v1/stages`: in their order.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        Self.shown(try await stages.all())
    }

    /// `PUT /v1/stages` `{stages}`: all of them, in their order, by owner and admin.
    @Sendable private func replace(_ signedIn: SignedInCall) async throws -> Response {
        var fields = try await signedIn.call.json()
        let names = fields.texts("stages", atMost: 1000)
        if names == nil { fields.refuse("stages", "required", "This field is required.") }
        try fields.finish()
        switch try await stages.replace(signedIn.scope, with: names ?? []) {
        case .changed(let names): return Self.shown(names)
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    private static func shown(_ names: [String]) -> Response {
        Response.json { json in
            json.object { object in
                object.key("stages")
                object.array { list in names.forEach { list.string($0) } }
            }
        }
    }
}

extension JSONShape {
    fileprivate static let stages = JSONShape("Stages", [.required("stages", .list(.text))])
}
