package import CRM

/// How clients are read and found.
package struct ClientSettings: Sendable {
    /// `HOME_REGION`.
    package let homeRegion: HomeRegion

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
    }
}
