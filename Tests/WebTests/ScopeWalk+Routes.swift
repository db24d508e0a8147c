import Accounts

extension ScopeWalk {
    /// What each route is to the walk, by its name. A route that is not here fails the walk.
    static let routes: [String: WalkedRoute] = [
        clientRoutes, timelineRoutes, taskRoutes, dealRoutes, peopleRoutes, otherRoutes,
    ].reduce(into: [:]) { all, some in all.merge(some) { $1 } }

    /// A filter by a tag, as it stands in an address.
    private static func filter(_ tag: String) -> String {
        "%7B%22field%22%3A%22tag%22%2C%22op%22%3A%22is%22%2C%22value%22%3A%22\(tag)%22%7D"
    }

    private static let clientRoutes: [String: WalkedRoute] = [
        "listClients": .clients { names in
            [
                .query("search=\(names.mark)"), .query("search=\(names.probeEmail)"),
                .query("search=\(names.probePhone)"), .query("search=\(names.mark)&sort=lastName"),
                .query("tag=\(names.mark)"), .query("source=\(names.mark)"), .query("stage=\(names.mark)"),
                .query("assignedTo=\(names.account)"), WalkCall.query("sort=-updatedAt&limit=1").told,
                .query("cursor=\(names.cursor)"), .query("assignedTo=\(names.account)&tag=\(names.mark)&limit=5"),
                .query("filter=" + Self.filter(names.mark)),
            ]
        },
        "createClient": .clients { names in
            [
                .body(#"{"firstName":"Probe","emails":[{"value":"\#(names.probeEmail)"}]}"#),
                .body(#"{"firstName":"Probe","lastName":"Probe","phones":[{"value":"\#(names.probePhone)"}]}"#),
                .body(#"{"firstName":"A","relationships":[{"kind":"knows","clientId":"\#(names.client)"}]}"#),
                .body(#"{"firstName":"B","assignedTo":"\#(names.account)"}"#),
                WalkCall(query: "?force=true", json: #"{"firstName":"C","assignedTo":"\#(names.account)"}"#),
                // Whom somebody shares a client with must be there, and that they may know.
                WalkCall.body(#"{"firstName":"D","stage":"None","collaborators":["\#(names.account)"]}"#).told,
            ]
        },
        "exportClients": .clients { [WalkCall.query("format=csv").told, WalkCall.query("approved=\($0.merge)").told] },
        "listTrash": .clients { [WalkCall.query("limit=1").told, .query("cursor=\($0.cursor)")] },
        "restoreClient": .clients { [.path($0.client)] },
        "clientHistory": .clients { names in
            [
                .path(names.client), .query("limit=1", id: names.client),
                .query("cursor=\(names.cursor)", id: names.client),
            ]
        },
        "getClient": .clients { names in
            [.path(names.client), .path(names.client, headers: ["If-None-Match": "\"1\", \"2\", \"3\""])]
        },
        "changeClient": .clients { names in
            [
                .path(names.client, #"{"firstName":"Stolen"}"#),
                .path(names.client, #"{"firstName":"Stolen"}"#, headers: ["If-Match": "\"1\", \"2\", \"3\""]),
                .path(names.client, #"{"assignedTo":"\#(names.ownAccount)"}"#),
                .path(names.ownClient, #"{"relationships":[{"kind":"knows","clientId":"\#(names.client)"}]}"#),
                .path(names.ownClient, #"{"assignedTo":"\#(names.account)"}"#),
                WalkCall.path(names.ownClient, #"{"collaborators":["\#(names.account)"],"stage":"None"}"#).told,
            ]
        },
        "deleteClient": .clients { names in
            [.path(names.client), .path(names.client, headers: ["If-Match": "\"1\", \"2\", \"3\""])]
        },
        "mergeClients": .clients { names in
            [
                .path(names.client, #"{"with":"\#(names.ownClient)"}"#),
                .path(names.ownClient, #"{"with":"\#(names.client)"}"#),
                .path(names.ownClient, #"{"with":"\#(names.client)","version":1}"#),
                .path(names.client, #"{"with":"\#(names.pairedClient)"}"#),
                .path(names.client, #"{"with":"\#(names.client)"}"#),
            ]
        },
        "undoMerge": .clients { [.path($0.merge)] },
        "listDuplicates": .clients { [WalkCall.query("limit=1").told, .query("cursor=\($0.cursor)")] },
        "dismissDuplicate": .clients { names in
            [
                .body(#"{"clients":["\#(names.client)","\#(names.pairedClient)"]}"#),
                .body(#"{"clients":["\#(names.ownClient)","\#(names.client)"]}"#),
            ]
        },
        "clientNeighbours": .clients { names in
            [
                .path(names.client),
                .query(
                    "tag=\(names.mark)&assignedTo=\(names.account)&stage=Walked&source=\(names.mark)&sort=lastName",
                    id: names.client),
                .query("filter=" + Self.filter(names.mark), id: names.client),
            ]
        },
        "eraseClient": WalkedRoute(matter: "clients, owner and admin alone", hiddenFrom: [.agent, .lender]) { names in
            [.path(names.client, "{}")]
        },
        "listSmartLists": .unnamed("one's own and the shared ones; names nobody"),
        "createSmartList": .unnamed("one's own; its filter is asked within the reader's reach"),
        "getSmartList": .own { [.path($0.list)] },
        "changeSmartList": .own { [.path($0.list, #"{"name":"Stolen"}"#)] },
        "removeSmartList": .own { [.path($0.list)] },
        "smartListClients": .own {
            [
                .path($0.list), .query("limit=1&sort=lastName", id: $0.list), .query("search=\($0.mark)", id: $0.list),
                .query("cursor=\($0.cursor)", id: $0.list),
            ]
        },
        "smartListNeighbours": .own { names in
            [
                .query("client=\(names.client)", id: names.list),
                .query("client=\(names.ownClient)&sort=lastName", id: names.list),
            ]
        },
        "changeClients": .clients { names in
            [
                WalkCall(
                    query: "?preview=true",
                    json: #"{"action":"addTags","tags":["stolen"],"ids":["\#(names.client)","\#(names.pairedClient)"]}"#
                ),
                WalkCall(
                    query: "?preview=true",
                    json: #"{"action":"assign","assignedTo":"\#(names.ownAccount)","ids":["\#(names.client)"]}"#
                ).told,
                WalkCall(
                    query: "?preview=true",
                    json: #"{"action":"share","collaborators":["\#(names.ownAccount)"],"ids":["\#(names.client)"]}"#
                ).told,
            ]
        },
        "deleteClients": .clients { names in
            [WalkCall(query: "?preview=true", json: #"{"ids":["\#(names.client)"]}"#)]
        },
        "getBulkChange": WalkedRoute(matter: "bulk changes", hiddenFrom: [.agent, .lender]) { [.path($0.bulk)] },
        "cancelBulkChange": WalkedRoute(matter: "bulk changes", hiddenFrom: [.agent, .lender]) {
            [.path($0.bulk, "{}")]
        },
        "undoBulkChange": WalkedRoute(matter: "bulk changes", hiddenFrom: [.agent, .lender]) { [.path($0.bulk, "{}")] },
        "importClients": .clients { names in
            [
                // What would have to be imported to be told apart: whom a row may be given to, and whom it is a duplicate of.
                WalkCall.query("name=probe.csv&dryRun=true&assignedTo=\(names.account)").importing(names),
                WalkCall.query(
                    "duplicates=update&stage=Walked&source=probe&dateOrder=month-first&mapping=%7B%22Cell%22%3A%22phone%22%7D"
                ).importing(names).told,
            ]
        },
        "listImports": .clients { [WalkCall.query("limit=1").told, .query("cursor=\($0.cursor)")] },
        "getImport": .clients { [.path($0.file)] },
        "rejectedImportRows": .clients { [.path($0.file)] },
        "stopImport": .clients { [.path($0.file)] },
        "listExportGrants": .unnamed("owner and admin alone"),
        "grantExport": .people { [.path($0.account, "{}")] },
        "revokeExportGrant": .people { [.path($0.account)] },
        "listExportRequests": .unnamed("one's own; owner and admin all"),
        "approveExport": .people { [.path($0.merge, "{}")] },
        "listStages": .unnamed("the brokerage's stages: everybody reads them"),
        "replaceStages": .unnamed("owner and admin alone; the brokerage's own"),
        "listStageIntervals": .unnamed("the brokerage's: everybody reads them"),
        "replaceStageIntervals": .unnamed("owner and admin alone; the brokerage's own"),
        "listCustomFields": .unnamed("the brokerage's fields: everybody reads them"),
        "createCustomField": .unnamed("owner and admin alone; the brokerage's own"),
        "changeCustomField": .unnamed("owner and admin alone; the brokerage's own"),
        "removeCustomField": .unnamed("owner and admin alone; the brokerage's own"),
    ]

    private static let taskRoutes: [String: WalkedRoute] = [
        "listTasks": .clients { names in
            [
                .query("client=\(names.client)"), .query("client=\(names.client)&state=done"),
                .query("assignedTo=\(names.account)&state=overdue"), .query("cursor=\(names.cursor)"),
                WalkCall.query("limit=1").told,
            ]
        },
        "createTask": .clients { names in
            [
                .body(#"{"name":"A","clientId":"\#(names.client)"}"#),
                .body(#"{"name":"B","clientId":"\#(names.ownClient)","assignedTo":"\#(names.account)"}"#),
                // Agents know their colleagues.
                WalkCall.body(#"{"name":"C","assignedTo":"\#(names.account)"}"#).told,
            ]
        },
        "getTask": .clients { [.path($0.task), .path($0.freeTask)] },
        "changeTask": .clients { names in
            [
                .path(names.task, #"{"name":"Stolen"}"#), .path(names.freeTask, #"{"name":"Stolen"}"#),
                .path(names.task, #"{"assignedTo":"\#(names.ownAccount)"}"#, headers: ["If-Match": "\"1\""]),
                .path(names.ownTask, #"{"assignedTo":"\#(names.account)"}"#),
            ]
        },
        "removeTask": .clients { [.path($0.task), .path($0.freeTask)] },
        "completeTask": .clients { [.path($0.task), .path($0.freeTask)] },
        "reopenTask": .clients { [.path($0.task), .path($0.freeTask)] },
        "listAppointments": .clients { names in
            [
                .query("client=\(names.client)"), .query("attendee=\(names.account)&from=2026-01-01&to=2026-01-31"),
                .query("listing=\(names.listing)"),
                .query("cursor=\(names.cursor)"), WalkCall.query("limit=1").told,
            ]
        },
        "createAppointment": .clients { names in
            [
                .body(#"{"title":"A","startDay":"2026-01-01","clients":["\#(names.client)"]}"#),
                .body(
                    #"{"title":"B","startDay":"2026-01-01","clients":["\#(names.ownClient)"],"attendees":["\#(names.account)"]}"#
                ),
                WalkCall.body(#"{"title":"C","startDay":"wrong","attendees":["\#(names.account)"]}"#).told,
                WalkCall.body(#"{"title":"D","startDay":"wrong","listingId":"\#(names.listing)"}"#).told,
            ]
        },
        "getAppointment": .clients { [.path($0.appointment), .path($0.freeAppointment)] },
        "changeAppointment": .clients { names in
            [
                .path(names.appointment, #"{"title":"Stolen"}"#), .path(names.freeAppointment, #"{"title":"Stolen"}"#),
                .path(names.ownAppointment, #"{"attendees":["\#(names.account)"]}"#),
                .path(names.ownAppointment, #"{"clients":["\#(names.client)"]}"#),
                WalkCall.path(names.ownAppointment, #"{"listingId":"\#(names.listing)"}"#).told,
            ]
        },
        "removeAppointment": .clients { [.path($0.appointment), .path($0.freeAppointment)] },
        // Names nobody, but tells how long somebody waits, so that it is not the same a minute later.
        "today": .clients { _ in [WalkCall().told] },
        "getCalendarFeed": .unnamed("one's own; names nobody"),
        "createCalendarFeed": .unnamed("one's own; names nobody"),
        "revokeCalendarFeed": .unnamed("one's own; names nobody"),
        "calendar": .unnamed("for whoever has its address, of 256 random bits"),
        "getSettings": .unnamed("one's own; names nobody"),
        "changeSettings": .unnamed("one's own; names nobody"),
    ]

    private static let peopleRoutes: [String: WalkedRoute] = [
        "listUsers": .unnamed("agents see their colleagues, a lender themselves"),
        "removeUser": .people { [.path($0.account)] },
        "exportOwnData": .unnamed("one's own; names nobody"),
        "getUser": .people { [.path($0.account)] },
        "changeUser": .people { [.path($0.account, #"{"role":"agent"}"#)] },
        "unlockUser": .people { [.path($0.account)] },
        "listUserSessions": .people { [.path($0.account)] },
        "endUserSessions": .people { [.path($0.account)] },
        "startFactorRecovery": .people { [.path($0.account)] },
        "stopFactorRecovery": .people { [.path($0.account)] },
        "leave": .people { names in
            [
                .path(names.account, #"{"clientsTo":"\#(names.ownAccount)"}"#),
                .path(names.ownAccount, #"{"clientsTo":"\#(names.account)"}"#),
            ]
        },
        "invite": .unnamed("owner and admin alone, and a role for each: Team"),
        "listInvitations": .unnamed("owner and admin alone"),
        "revokeInvitation": .people { [.path($0.invitation)] },
        "listEvents": WalkedRoute(matter: "one's own events", hiddenFrom: [.agent, .lender]) { names in
            [
                .query("userId=\(names.account)"), .query("cursor=\(names.cursor)"), .query("ip=203.0.113.7"),
                .query("type=data_exported&severity=info&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1"),
            ]
        },
        "listSessions": .unnamed("one's own; names nobody"),
        "endSession": .own { [.path($0.session)] },
        "listApiKeys": .unnamed("one's own; names nobody"),
        "createApiKey": .unnamed("one's own; names nobody"),
        "revokeApiKey": .own { [.path($0.key)] },
        "listPasskeys": .unnamed("one's own; names nobody"),
        "renamePasskey": .own { [.path($0.passkey, #"{"name":"Stolen"}"#)] },
        "removePasskey": .own { [.path($0.passkey)] },
        "listRememberedDevices": .unnamed("one's own; names nobody"),
        "forgetDevice": .own { [.path($0.device)] },
        "forgetDevices": .unnamed("one's own; names nobody"),
    ]

    private static let otherRoutes: [String: WalkedRoute] = [
        // What is told of people who are not signed in has tests of its own: docs/enumeration.md.
        "logIn": .unnamed("for strangers"), "answerSecondFactor": .unnamed("for strangers"),
        "refresh": .unnamed("for strangers"), "register": .unnamed("for strangers"),
        "verifyEmail": .unnamed("for strangers"), "resendVerification": .unnamed("for strangers"),
        "forgotPassword": .unnamed("for strangers"), "resetPassword": .unnamed("for strangers"),
        "unlock": .unnamed("for strangers"), "enroll": .unnamed("for strangers"),
        "confirmEnrolment": .unnamed("for strangers"), "sendSMS": .unnamed("for strangers"),
        "passkeyAuthenticationOptions": .unnamed("for strangers"), "signInWithPasskey": .unnamed("for strangers"),
        "passwordPolicy": .unnamed("for strangers"), "problems": .unnamed("for strangers"),
        "keySet": .unnamed("for strangers"), "passkeysScript": .unnamed("for strangers"),
        "health": .unnamed("for strangers"), "ready": .unnamed("for strangers"),
        "homePage": .unnamed("for strangers"), "invitationPage": .unnamed("for strangers"),
        "acceptInvitationForm": .unnamed("for strangers"), "verifyEmailPage": .unnamed("for strangers"),
        "verifyEmailForm": .unnamed("for strangers"), "resetPasswordPage": .unnamed("for strangers"),
        "resetPasswordForm": .unnamed("for strangers"), "unlockPage": .unnamed("for strangers"),
        "unlockForm": .unnamed("for strangers"), "notMePage": .unnamed("for strangers"),
        "notMeForm": .unnamed("for strangers"), "stopRecoveryPage": .unnamed("for strangers"),
        "stopRecoveryForm": .unnamed("for strangers"),
        "metrics": .unnamed("figures of the server, under a token of its own"),
        "me": .unnamed("one's own; names nobody"), "verify": .unnamed("one's own; names nobody"),
        "logOut": .unnamed("one's own; names nobody"), "logOutEverywhere": .unnamed("one's own; names nobody"),
        "reauthenticate": .unnamed("one's own; names nobody"), "changePassword": .unnamed("one's own; names nobody"),
        "changeEmail": .unnamed("one's own; names nobody"), "secondFactors": .unnamed("one's own; names nobody"),
        "startTOTP": .unnamed("one's own; names nobody"), "confirmTOTP": .unnamed("one's own; names nobody"),
        "removeTOTP": .unnamed("one's own; names nobody"), "newRecoveryCodes": .unnamed("one's own; names nobody"),
        "startSMS": .unnamed("one's own; names nobody"), "confirmSMS": .unnamed("one's own; names nobody"),
        "removeSMS": .unnamed("one's own; names nobody"), "stopRecovery": .unnamed("one's own; names nobody"),
        "passkeyRegistrationOptions": .unnamed("one's own; names nobody"),
        "registerPasskey": .unnamed("one's own; names nobody"),
        "exportEvents": .unnamed("owner and admin alone"), "streamEvents": .unnamed("owner and admin alone"),
        "audit": .unnamed("owner and admin alone"), "dashboard": .unnamed("owner and admin alone"),
        "listAlertRules": .unnamed("the owner alone"), "changeAlertRule": .unnamed("the owner alone"),
    ]
}
