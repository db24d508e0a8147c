package import CRM
package import Work

/// How clients are read and found.
package struct ClientSettings: Sendable {
    /// `HOME_REGION`.
    package let homeRegion: HomeRegion
    /// `TIME_ZONE`.
    package let timeZone: Zone
    /// `QUIET_HOURS`.
    package let quietHours: QuietHours
    /// `IMPORT_MAX_MB`, in bytes.
    package let importLimit: Int

    /// `FILES_MAX_MB`, in bytes.
    package let fileLimit: Int

    init(_ reader: inout SettingsReader) {
        reader.section("Clients")
        let standard = HomeRegion.standard
        let code = reader.text(
            "HOME_REGION", default: standard.code,
            "The country in which a phone number without a country code is meant, in two letters (ISO 3166), such as GB: "
                + "clients are found by +44 20 … and by 020 …. The same on every node.")
        let region = code.flatMap { HomeRegion($0) }
        if region == nil {
            reader.refuse("HOME_REGION", "must be a country in two letters (ISO 3166), such as US or GB.")
        }
        homeRegion = region ?? standard
        let zone = reader.text(
            "TIME_ZONE", default: Zone.standard.name,
            "The time zone (IANA) in which the days of somebody begin and end who has not chosen one. The same on every node."
        ).flatMap { Zone($0) }
        if zone == nil {
            reader.refuse(
                "TIME_ZONE", "must be a time zone of the IANA database, such as America/New_York or Europe/London.")
        }
        timeZone = zone ?? .standard
        let quiet = reader.text(
            "QUIET_HOURS", default: "21:00-08:00",
            "When action plans send no mail, by the clock of the client's agent; 00:00-00:00 for never.")
        let hours = quiet.flatMap { QuietHours($0) }
        if hours == nil { reader.refuse("QUIET_HOURS", "must be two times such as 21:00-08:00.") }
        quietHours = hours ?? .standard
        importLimit =
            reader.integer(
                "IMPORT_MAX_MB", default: 256, in: 1...4096,
                "The most MiB that a file of clients may have to be imported; it lies in DATA_DIR/imports until that is done."
            )
            * 1_048_576
        fileLimit =
            reader.integer(
                "FILES_MAX_MB", default: 25, in: 1...1024,
                "The most MiB of one file about a client, such as a contract or a photo; they lie in DATA_DIR/files.")
            * 1_048_576
    }
}
