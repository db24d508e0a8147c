import Core
import TestSupport
import Testing

@testable import SecurityEvents

@Suite struct `the traits of a device` {
    private static let blink = "AppleWebKit/537.36 (KHTML, like Gecko)"

    private static func source(
        _ userAgent: String, brands: String? = nil, platform: String? = nil, mobile: String? = nil
    ) -> RequestSource {
        RequestSource(
            ip: nil, userAgent: userAgent, requestID: "r",
            hints: ClientHints(brands: brands, platform: platform, mobile: mobile))
    }

    @Sendable private static func chrome(_ version: Int) -> String {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(blink) Chrome/\(version).0.0.0 Safari/537.36"
    }

    /// A user agent and its hints, as a browser of some version sends them; the list of brands is shuffled.
    private struct Browser: Sendable {
        let name: String
        let userAgent: @Sendable (Int) -> String
        let brands: [String]
        let platform: String?
        let mobile: String?
    }

    private static let browsers: [Browser] = [
        Browser(
            name: "Chrome on Windows", userAgent: chrome, brands: ["Google Chrome", "Chromium"],
            platform: "\"Windows\"", mobile: "?0"),
        Browser(
            name: "Edge on macOS",
            userAgent: {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(blink) Chrome/\($0).0.0.0 Safari/537.36 Edg/\($0).0.0.0"
            }, brands: ["Microsoft Edge", "Chromium"], platform: "\"macOS\"", mobile: "?0"),
        Browser(
            name: "Brave on Android",
            userAgent: { "Mozilla/5.0 (Linux; Android 10; K) \(blink) Chrome/\($0).0.0.0 Mobile Safari/537.36" },
            brands: ["Brave", "Chromium"], platform: "\"Android\"", mobile: "?1"),
        Browser(
            name: "Firefox on Linux",
            userAgent: { "Mozilla/5.0 (X11; Linux x86_64; rv:\($0).0) Gecko/20100101 Firefox/\($0).0" }, brands: [],
            platform: nil, mobile: nil),
        Browser(
            name: "Safari on iPhone",
            userAgent: {
                "Mozilla/5.0 (iPhone; CPU iPhone OS \($0)_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                    + "Version/\($0).1 Mobile/15E148 Safari/604.1"
            }, brands: [], platform: nil, mobile: nil),
    ]

    private static let grease = ["Not A(Brand", "Not/A)Brand", "Not_A Brand", "(Not(A:Brand", " Not;A=Brand"]

    @Test func `are the same after every update of the browser`() {
        let spoiler = Spoiler()
        for browser in Self.browsers {
            var seen: Set<DeviceTraits> = []
            for _ in 0..<300 {
                let version = 60 + spoiler.number(below: 400)
                var brands = browser.brands.map { "\"\($0)\";v=\"\(version)\"" }
                if !brands.isEmpty {
                    let name = Self.grease[spoiler.number(below: Self.grease.count)]
                    brands.insert("\"\(name)\";v=\"\(spoiler.number(below: 100))\"", at: spoiler.number(below: 3))
                    if spoiler.number(below: 2) == 0 { brands.reverse() }
                }
                seen.insert(
                    DeviceTraits(
                        Self.source(
                            browser.userAgent(version), brands: brands.isEmpty ? nil : brands.joined(separator: ", "),
                            platform: browser.platform, mobile: browser.mobile)))
            }
            #expect(seen.count == 1, "\(browser.name)")
            #expect(seen.first?.name.description == browser.name)
        }
    }

    @Test func `are the same when a browser begins to send hints`() {
        let without = DeviceTraits(Self.source(Self.chrome(88)))
        let with = DeviceTraits(
            Self.source(
                Self.chrome(89), brands: #""Google Chrome";v="89", "Chromium";v="89""#, platform: #""Windows""#,
                mobile: "?0"))
        #expect(without == with)
    }

    @Test func `differ between browsers, systems and phones`() {
        let chrome = DeviceTraits(Self.source(Self.chrome(120), brands: #""Google Chrome";v="120""#))
        for other in [
            Self.source(Self.chrome(120), brands: #""Brave";v="120""#),
            Self.source(Self.chrome(120), platform: #""Linux""#), Self.source(Self.chrome(120), mobile: "?1"),
            Self.source("curl/8.5.0"), Self.source(""),
        ] {
            #expect(DeviceTraits(other) != chrome)
        }
    }

    @Test func `take no name from a parameter, and none that is not ours`() {
        let sly = Self.source("curl/8.5.0", brands: #""x";v="Google Chrome", "<script>";v="1""#, platform: #""\"x""#)
        #expect(DeviceTraits(sly) == DeviceTraits(Self.source("curl/8.5.0")))
    }

    @Test func `come out of anything, short and made of our words`() {
        let time = TestWorld(seed: 5)
        for turn in 0..<2_000 {
            let bytes = time.randomBytes(turn % 300)
            let text = String(decoding: bytes, as: UTF8.self)
            let traits = DeviceTraits(Self.source(text, brands: "\"" + text, platform: text + "\"", mobile: text))
            #expect(traits.stored.utf8.count <= 80 && traits.stored.utf8.allSatisfy { (32..<127).contains($0) })
        }
    }

    @Test func `cost no more for eight kilobytes, and hold no control bytes`() {
        for filling in ["\"", "\u{0}", "\u{1B}[31m", "a,", "\\\"", "\u{1F3E0}"] {
            let text = String(repeating: filling, count: 8_192 / filling.utf8.count)
            let hints = ClientHints(brands: text, platform: text, mobile: text)
            #expect(hints.brands.utf8.count <= 256 && hints.platform.utf8.count <= 64 && hints.isMobile == nil)
            let isPrintable = (hints.brands + hints.platform).utf8.allSatisfy { (32...126).contains($0) }
            #expect(isPrintable)
            #expect(DeviceTraits(Self.source(text, brands: text)).stored.utf8.count <= 80)
        }
    }
}
