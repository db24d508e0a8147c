import Accounts

extension ScopeWalk {
    /// Reports name nobody; whatever they tell, it is nothing of somebody else.
    private static let reportCalls: [WalkCall] = [
        .query("from=2025-01-01&to=2027-12-31"), .query("from=2026-01-01&to=2026-12-31&format=csv"),
    ]

    static let dealRoutes: [String: WalkedRoute] = [
        "listPipelines": .unnamed("the brokerage's pipelines: everybody reads them"),
        "createPipeline": WalkedRoute(matter: "owner and admin alone; the brokerage's own", hiddenFrom: []) { names in
            [.body(#"{"name":"A","stages":[{"id":"\#(names.deal)","name":"A","kind":"open"}]}"#)]
        },
        "replacePipeline": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) { names in
            [.path(names.deal, #"{"name":"A","stages":[{"id":"\#(names.deal)","name":"A","kind":"open"}]}"#)]
        },
        "removePipeline": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) {
            [.path($0.deal)]
        },
        "listWebhooks": .unnamed("owner and admin alone; the brokerage's own"),
        "createWebhook": .unnamed("owner and admin alone; names nobody"),
        "getWebhook": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) {
            [.path($0.deal)]
        },
        "changeWebhook": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) {
            [.path($0.deal, #"{"isOn":false}"#)]
        },
        "removeWebhook": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) {
            [.path($0.deal)]
        },
        "webhookDeliveries": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) { names in
            [.query("limit=1&state=dead", id: names.deal), .query("cursor=\(names.cursor)", id: names.deal)]
        },
        "replayDelivery": WalkedRoute(matter: "owner and admin alone", hiddenFrom: [.agent, .lender]) {
            [.path($0.deal)]
        },
        "dealTemplate": .unnamed("the brokerage's template: everybody reads it"),
        "replaceDealTemplate": .unnamed("owner and admin alone; the brokerage's own"),
        "listDeals": .clients { names in
            [
                .query("client=\(names.client)"), .query("agent=\(names.account)"), .query("stage=\(names.deal)"),
                .query("pipeline=\(names.deal)&status=open&limit=1"), .query("cursor=\(names.cursor)"),
            ]
        },
        "createDeal": .clients { names in
            [
                .body(
                    #"{"name":"A","stageId":"\#(WalkOffice.stage)","parties":[{"clientId":"\#(names.client)","roles":["buyer"]}]}"#
                ),
                .body(#"{"name":"A","stageId":"\#(names.deal)"}"#),
                .body(
                    #"{"name":"","stageId":"\#(WalkOffice.stage)","checklist":[{"id":"\#(names.deal)","title":"A"}]}"#),
                // Whom somebody works with must be there, and that they may know.
                WalkCall.body(
                    #"{"name":"","stageId":"\#(WalkOffice.stage)","agents":["\#(names.account)"],"split":[{"to":"agent","userId":"\#(names.account)","basisPoints":10000}]}"#
                ).told,
            ]
        },
        "getDeal": .clients { [.path($0.deal)] },
        "changeDeal": .clients { names in
            [
                .path(names.deal, #"{"name":"Stolen"}"#),
                .path(names.deal, #"{"name":"Stolen"}"#, headers: ["If-Match": "\"1\", \"2\", \"3\""]),
                .path(names.deal, #"{"agents":["\#(names.ownAccount)"],"stageId":"\#(WalkOffice.stage)"}"#),
                .path(names.ownDeal, #"{"parties":[{"clientId":"\#(names.client)","roles":["buyer"]}]}"#),
                .path(names.ownDeal, #"{"checklist":[{"id":"\#(names.deal)","title":"A"}]}"#),
                WalkCall.path(
                    names.ownDeal,
                    #"{"name":"","split":[{"to":"agent","userId":"\#(names.account)","basisPoints":10000}]}"#
                ).told,
            ]
        },
        "removeDeal": .clients { [.path($0.deal), .path($0.deal, headers: ["If-Match": "\"1\""])] },
        "dealStages": .clients { [.path($0.deal)] },
        "moveDeal": .clients { names in
            [
                .path(names.deal, #"{"stageId":"\#(WalkOffice.stage)"}"#),
                .path(names.ownDeal, #"{"stageId":"\#(WalkOffice.stage)","afterId":"\#(names.deal)"}"#),
                .path(names.ownDeal, #"{"stageId":"\#(WalkOffice.stage)","beforeId":"\#(names.deal)"}"#),
            ]
        },
        "dealBoard": .clients { [.query("pipeline=\($0.deal)")] },
        "dealForecast": .clients { [.query("from=2026-01&to=2026-12&pipeline=\($0.deal)&format=csv")] },
        "reportSources": .clients { _ in reportCalls },
        "reportSpeed": .clients { _ in reportCalls },
        "reportConversion": .clients { _ in reportCalls },
        "reportActivity": .clients { _ in reportCalls },
        "reportVolume": .clients { _ in reportCalls },
        "listSourceCosts": .unnamed("owner and admin alone; the brokerage's own"),
        "setSourceCost": .unnamed("owner and admin alone; the brokerage's own"),
        "listListings": .clients { names in
            [
                .query("client=\(names.client)"), WalkCall.query("agent=\(names.account)&limit=1&status=Active").told,
                .query("city=\(names.mark)"), .query("mlsNumber=\(names.mark)"), .query("cursor=\(names.cursor)"),
            ]
        },
        "createListing": .clients { names in
            [
                .body(#"{"sellers":["\#(names.client)"]}"#), .body(#"{"agentId":"\#(names.account)"}"#),
            ]
        },
        "getListing": .clients { [WalkCall.path($0.listing).told] },
        "changeListing": .clients { names in
            [
                .path(names.listing, #"{"price":1}"#), .path(names.listing, #"{"agentId":"\#(names.ownAccount)"}"#),
                .path(names.listing, #"{"sellers":["\#(names.ownClient)"]}"#),
            ]
        },
        "listingHistory": .clients { [WalkCall.path($0.listing).told] },
        "noteListingInterest": .clients { names in
            [
                .path(names.listing, #"{"clientId":"\#(names.client)"}"#),
                .path(names.listing, #"{"clientId":"\#(names.client)","interested":false}"#),
            ]
        },
        "listingMatches": .clients {
            [.path($0.listing), .query("limit=1", id: $0.listing), .query("cursor=\($0.cursor)", id: $0.listing)]
        },
        "listClientRequests": .clients { [.path($0.client)] },
        "createRequest": .clients { [.path($0.client, #"{"minBeds":3}"#)] },
        "getRequest": .clients { [.path($0.request)] },
        "changeRequest": .clients { names in
            [
                .path(names.request, #"{"minBeds":3}"#),
                .path(names.request, #"{"minBeds":3}"#, headers: ["If-Match": "\"1\", \"2\""]),
            ]
        },
        "clientMatches": .clients {
            [.path($0.client), .query("limit=1", id: $0.client), .query("cursor=\($0.cursor)", id: $0.client)]
        },
    ]
}
