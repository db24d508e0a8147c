/// Says that a platform will not reach the server: one that gives `PORT` (Railway, Heroku, Fly) sends its requests from another machine.
enum PlatformNotice {
    /// Variables by which the platforms can be told.
    private static let marks = [
        "RAILWAY_ENVIRONMENT", "RAILWAY_PROJECT_ID", "DYNO", "FLY_APP_NAME", "RENDER", "K_SERVICE",
    ]

    /// The notice, for the log and `gatehouse doctor`; none where the server can be reached or nothing speaks for a platform.
    static func notices(environment: [String: String], isProduction: Bool, isHostUnset: Bool) -> [String] {
        guard isHostUnset else { return [] }
        let isOnPlatform = marks.contains { environment[$0]?.isEmpty == false }
        let givesPort = isProduction && environment["PORT"]?.isEmpty == false
        guard isOnPlatform || givesPort else { return [] }
        return [
            "HOST is not set, so the server listens on 127.0.0.1 and only this machine reaches it. "
                + "On a platform that gives PORT, such as Railway, Heroku or Fly, set HOST=::"
        ]
    }
}
