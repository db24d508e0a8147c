extension ScopeWalk {
    /// Routes of timelines.
    static let timelineRoutes: [String: WalkedRoute] = [
        "clientTimeline": .clients { names in
            [
                .path(names.client), .query("limit=1&kind=note", id: names.client),
                .query("cursor=\(names.cursor)", id: names.client),
            ]
        },
        "recordEntry": .clients { names in
            [
                .path(names.client, #"{"kind":"note","body":"Stolen"}"#),
                .path(names.ownClient, #"{"kind":"note","body":"Look","mentions":["\#(names.account)"]}"#),
            ]
        },
        "getEntry": .clients { [.path($0.entry)] },
        "changeEntry": .clients { names in
            [
                .path(names.entry, #"{"body":"Stolen"}"#), .path(names.entry, #"{"isPinned":true}"#),
                .path(names.entry, #"{"mentions":["\#(names.ownAccount)"]}"#, headers: ["If-Match": "\"1\", \"2\""]),
            ]
        },
        "removeEntry": .clients { [.path($0.entry)] },
        "restoreEntry": .clients { [.path($0.entry)] },
        "entryRevisions": .clients { [.path($0.entry)] },
        "listTemplates": .own { _ in [] },
        "createTemplate": .unnamed("names nobody"),
        "getTemplate": .own { [.path($0.template)] },
        "changeTemplate": .own { names in
            [.path(names.template, #"{"name":"Stolen"}"#), .path(names.template, #"{"isShared":true}"#)]
        },
        "removeTemplate": .own { [.path($0.template)] },
        "mailClient": .clients { names in
            [
                WalkCall(id: names.client, query: "?preview=true", json: #"{"subject":"Hi","body":"Hello"}"#),
                .path(names.client, #"{"subject":"Hi","body":"Hello","to":"\#(names.probeEmail)"}"#),
                WalkCall(id: names.ownClient, query: "?preview=true", json: #"{"templateId":"\#(names.template)"}"#),
            ]
        },
        "listPlans": .unnamed("the brokerage's plans: everybody reads them"),
        "createPlan": WalkedRoute(matter: "owner and admin alone; the brokerage's own", hiddenFrom: []) { names in
            [.body(#"{"name":"A","steps":[{"kind":"mail","afterDays":1,"templateId":"\#(names.template)"}]}"#)]
        },
        "getPlan": WalkedRoute(matter: "everybody reads them", hiddenFrom: []) { [.path($0.plan)] },
        "changePlan": WalkedRoute(matter: "owner and admin alone", hiddenFrom: []) { names in
            [.path(names.plan, #"{"steps":[{"kind":"mail","afterDays":1,"templateId":"\#(names.template)"}]}"#)]
        },
        "removePlan": WalkedRoute(matter: "owner and admin alone", hiddenFrom: []) { [.path($0.plan)] },
        "clientPlans": .clients { [.path($0.client)] },
        "enrolClient": .clients { names in [.path(names.client, #"{"planId":"\#(names.plan)"}"#)] },
        "changeEnrolment": .clients { [.path($0.enrolment, #"{"status":"stopped"}"#)] },
        "unsubscribePage": .unnamed("for clients, who have a link of their own"),
        "unsubscribeForm": .unnamed("for clients, who have a link of their own"),
        "clientFiles": .clients { [.path($0.client)] },
        "addFile": .clients { names in
            [
                WalkCall(
                    id: names.client, query: "?name=stolen.txt", file: "stolen", fileType: "application/octet-stream")
            ]
        },
        "getFile": .clients { [.path($0.document)] },
        "fileContent": .clients { [.path($0.document)] },
        "removeFile": .clients { [.path($0.document)] },
        "restoreFile": .clients { [.path($0.document)] },
    ]
}
