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
