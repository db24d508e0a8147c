import SecurityEvents
import Web

extension JSONShape {
    static let event = JSONShape(
        "Event",
        [
            .required("id", .identifier), .required("type", .text),
            .required("severity", .choice(EventSeverity.self)), .required("at", .moment),
            .nullable("userId", .identifier), .nullable("sessionId", .identifier), .nullable("ip", .text),
            .nullable("place", .text), .nullable("userAgent", .text), .required("detail", .foreign),
        ])

    static let audit = JSONShape(
        "Audit",
        [
            .required("events", .integer), .nullable("firstSequence", .integer), .nullable("sealedUpTo", .integer),
            .nullable(
                "lastCheckpoint",
                .object(
                    JSONShape(
                        "Checkpoint",
                        [
                            .required("first", .integer), .required("last", .integer), .required("at", .moment),
                            .required("root", .text), .required("head", .text), .required("key", .text),
                        ]))),
            .nullable("verifiedAt", .moment), .nullable("verifiedUpTo", .integer), .nullable("findings", .integer),
        ])

    private static let figures: [RouteField] = [
        .required("loginAttempts", .integer), .required("successfulLogins", .integer),
        .required("failedLogins", .integer), .required("accountLockouts", .integer),
        .required("tokenRefreshes", .integer), .required("tokenTheftDetections", .integer),
        .required("geoAnomalies", .integer),
    ]

    static let dashboard = JSONShape(
        "Dashboard",
        [
            .required("window", .choice(DashboardWindow.self)), .required("from", .moment), .required("to", .moment),
            .required("stepSeconds", .integer),
        ] + figures + [
            .required("activeSessions", .integer), .nullable("averageSessionSeconds", .integer),
            .required("series", .list(JSONShape("DashboardPoint", [.required("start", .moment)] + figures))),
        ])

    static let alertThreshold = JSONShape(
        "AlertThreshold", [.required("count", .integer), .required("minutes", .integer)])

    static let quietHours = JSONShape(
        "QuietHours", [.required("from", .text), .required("to", .text), .required("zone", .text)])

    static let alertRule = JSONShape(
        "AlertRule",
        [
            .required("type", .text), .required("severity", .choice(EventSeverity.self)), .required("enabled", .flag),
            .required("channels", .list(.choice(AlertChannel.self))), .required("recipients", .list(.text)),
            .nullable("threshold", .object(alertThreshold)), .nullable("quietHours", .object(quietHours)),
        ])
}
