import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// What the caller has set for themselves: `/v1/me/settings`.
package struct SettingsAPI: Sendable {
    private let settings: UserSettings

    package init(settings: UserSettings) {
        self.settings = settings
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("getSettings", .get, "/v1/me/settings", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.settings)),
            Route("changeSettings", .patch, "/v1/me/settings", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(.optional("timeZone", .text))
                .answers(.json(.settings)),
        ]
    }

    /// `GET /v1/me/settings`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        Self.shown(try await settings.get(signedIn.scope))
    }

    /// `PATCH /v1/me/settings` `{timeZone?}`: a name of the IANA database; `null` goes back to that of the brokerage.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        var fields = try await signedIn.call.json()
        let isNamed = fields.value("timeZone") != nil
        let timeZone = fields.optionalString("timeZone", upTo: 64)
        try fields.finish()
        guard isNamed else { return Self.shown(try await settings.get(signedIn.scope)) }
        switch try await settings.change(signedIn.scope, timeZone: timeZone) {
        case .done(let settings): return Self.shown(settings)
        case .invalid(let problems): throw Problem(problems)
        }
    }

    private static func shown(_ settings: UserSettings.Settings) -> Response {
        Response.json { json in
            json.object { object in
                object.member("timeZone", settings.zone.name)
                object.member("isDefault", settings.isStandard)
            }
        }
    }
}

extension JSONShape {
    fileprivate static let settings = JSONShape(
        "Settings", [.required("timeZone", .text), .required("isDefault", .flag)])
}
