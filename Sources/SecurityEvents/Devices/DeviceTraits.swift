/// By what a browser that carries a device cookie is recognised besides the cookie: which browser, on which system, on a
/// phone or not. Never by a version: an update is no new device.
///
/// A copied cookie turns up in another browser more often than not. Where the client hints and the user agent say the
/// same in their own words, the traits are the same, so a browser that begins to send hints stays who it was.
package struct DeviceTraits: Sendable, Hashable {
    /// One of our words, as in ``DeviceName``; `nil` for a program that we do not know.
    package let client: String?
    /// One of our words; `nil` when nothing tells.
    package let platform: String?
    /// Whether it is a phone.
    package let isMobile: Bool

    /// The traits of whatever sent a request.
    package init(_ source: RequestSource) {
        let name = DeviceName(userAgent: source.userAgent)
        let brands = source.hints.brandNames
        client = Self.brands.first { brands.contains($0.brand) }?.client ?? name.client
        let told = source.hints.platformName
        platform = Self.platforms.first { $0.hint == told }?.platform ?? name.platform
        isMobile = source.hints.isMobile ?? UserAgentWords(source.userAgent).contains("mobile")
    }

    /// As the table keeps them; made of our words alone.
    var stored: String {
        "\(client ?? "unknown") / \(platform ?? "unknown") / \(isMobile ? "mobile" : "desktop")"
    }

    /// What a person calls it.
    package var name: DeviceName { DeviceName(client: client, platform: platform) }

    /// Brands in `Sec-CH-UA`, in the words of ``DeviceName``. The list is shuffled with every version, so the first of
    /// this table counts and not the first of the header. "Chromium" is in nearly every one and tells nothing.
    private static let brands: [(brand: String, client: String)] = [
        ("brave", "Brave"), ("vivaldi", "Vivaldi"), ("opera", "Opera"), ("opera gx", "Opera"),
        ("opera mobile", "Opera"),
        ("duckduckgo", "DuckDuckGo"), ("samsung internet", "Samsung Internet"), ("yabrowser", "Yandex Browser"),
        ("yandex", "Yandex Browser"), ("whale", "Whale"), ("headlesschrome", "Headless Chrome"),
        ("microsoft edge", "Edge"), ("google chrome", "Chrome"),
    ]

    private static let platforms: [(hint: String, platform: String)] = [
        ("windows", "Windows"), ("macos", "macOS"), ("mac os x", "macOS"), ("linux", "Linux"), ("android", "Android"),
        ("chrome os", "ChromeOS"), ("chromium os", "ChromeOS"),
    ]
}
