import Core
import SecurityEvents
import TestSupport
import Testing

@Suite struct `a device name` {
    private static let webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
    private static let blink = "AppleWebKit/537.36 (KHTML, like Gecko)"
    private static let iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) \(webKit)"
    private static let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
    private static let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
    private static let linux = "Mozilla/5.0 (X11; Linux x86_64)"
    private static let android = "Mozilla/5.0 (Linux; Android 10; K) \(blink)"

    private static let browsers: [(String, String)] = [
        ("\(windows) \(blink) Chrome/126.0.0.0 Safari/537.36", "Chrome on Windows"),
        ("\(mac) \(blink) Chrome/126.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("\(linux) \(blink) Chrome/126.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) \(blink) Chrome/126.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("\(android) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("\(iPhone) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("\(mac) \(webKit) CriOS/126 Version/11.1.1 Safari/605.1.15", "Chrome on iPad"),
        ("\(linux) \(blink) HeadlessChrome/126.0.0.0 Safari/537.36", "Headless Chrome on Linux"),
        ("\(mac) \(webKit) Version/17.5 Safari/605.1.15", "Safari on macOS"),
        ("\(iPhone) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (
            "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) \(webKit) Version/12.1.2 Mobile/15E148 Safari/604.1",
            "Safari on iPad"
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox on Android"),
        ("\(iPhone) FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        ("Mozilla/5.0 (X11; FreeBSD amd64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on FreeBSD"),
        ("\(windows) \(blink) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on Windows"),
        ("\(mac) \(blink) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on macOS"),
        ("\(android) Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0", "Edge on Android"),
        ("\(iPhone) Version/17.0 EdgiOS/126.0.2592.56 Mobile/15E148 Safari/604.1", "Edge on iPhone"),
        ("\(windows) \(blink) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763", "Edge on Windows"),
        ("\(windows) \(blink) Chrome/126.0.0.0 Safari/537.36 OPR/111.0.0.0", "Opera on Windows"),
        ("Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18", "Opera on Windows"),
        ("\(iPhone) Version/17.5 Mobile/15E148 Safari/604.1 OPT/4.7.0", "Opera on iPhone"),
        ("\(android) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("\(linux) \(blink) Chrome/126.0.0.0 Safari/537.36 Vivaldi/6.7", "Vivaldi on Linux"),
        ("\(iPhone) Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", "DuckDuckGo on iPhone"),
        ("\(android) Silk/126.3.1 like Chrome/126.0.6478.122 Safari/537.36", "Silk on Android"),
        ("\(windows) \(blink) Chrome/124.0.0.0 YaBrowser/24.6.0.0 Safari/537.36", "Yandex Browser on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)", "Internet Explorer on Windows"),
        (
            "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) \(blink) Chrome/52.0.2743.116 "
                + "Mobile Safari/537.36 Edge/15.15063", "Edge on Windows Phone"
        ),
        (
            "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de) AppleWebKit/534.30 (KHTML, like Gecko) Mobile Safari/534.30",
            "Android Browser on Android"
        ),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) \(blink) Chrome/76.0.3809.146 TV Safari/537.36", "Chrome on TV"),
        ("Mozilla/5.0 (PlayStation 5 3.11) \(webKit) Version/13.0 Safari/605.1.15", "Safari on PlayStation"),
    ]

    private static let apps: [(String, String)] = [
        ("\(iPhone) Mobile/21F79 [FBAN/FBIOS;FBAV/468.0;FBDV/iPhone14,5]", "Facebook on iPhone"),
        ("\(iPhone) Mobile/21F79 [FBAN/MessengerForiOS;FBAV/461.0]", "Messenger on iPhone"),
        ("\(iPhone) Mobile/21F79 Instagram 336.0.0.35.90 (iPhone14,5; iOS 17_5)", "Instagram on iPhone"),
        ("\(iPhone) Mobile/15E148 [LinkedInApp]/9.29", "LinkedIn on iPhone"),
        ("\(iPhone) Mobile/15E148 MicroMessenger/8.0.49(0x18003126) NetType/WIFI", "WeChat on iPhone"),
        ("\(iPhone) Mobile/15E148 Safari Line/14.9.0", "LINE on iPhone"),
        ("\(iPhone) GSA/320.0.640 Mobile/15E148 Safari/604.1", "Google app on iPhone"),
        ("\(iPhone) Mobile/15E148", "App on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) \(blink) Version/4.0 Chrome/126.0 Mobile "
                + "Safari/537.36", "App on Android"
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) \(blink) Version/4.0 Chrome/125.0 Mobile Safari/537.36 "
                + "[FB_IAB/FB4A;FBAV/467.0]", "Facebook on Android"
        ),
        ("\(mac) \(blink) Slack_SSB/4.38 Chrome/124.0 Electron/30.0 Safari/537.36", "Slack on macOS"),
        ("\(windows) \(blink) Brokerage/1.0 Chrome/124.0 Electron/30.0 Safari/537.36", "Desktop app on Windows"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", "App on Android"),
        ("Brokerage/12 CFNetwork/1496.0.7 Darwin/23.5.0", "App on an Apple device"),
    ]

    private static let programs: [(String, String)] = [
        ("curl/8.5.0", "curl"), ("Wget/1.21.4", "Wget"), ("gatehouse command line", "gatehouse command line"),
        ("python-requests/2.32.3", "Python Requests"), ("Python/3.12 aiohttp/3.9.5", "Python"),
        ("Go-http-client/2.0", "Go program"), ("PostmanRuntime/7.39.0", "Postman"), ("okhttp/4.12.0", "OkHttp"),
        ("axios/1.7.2", "Node.js"), ("GuzzleHttp/7", "PHP program"), ("Zapier", "Zapier"),
        (
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522",
            "PowerShell on Windows"
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("", "Unknown device"), ("x", "Unknown device"), ("Online/2.0", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"), ("Mozilla/5.0", "Unknown device"),
        ("\(windows) Unheard/1.0", "Unknown browser on Windows"),
    ]

    @Test(arguments: browsers + apps + programs)
    func `says what a person would call it`(userAgent: String, name: String) {
        #expect(DeviceName(userAgent: userAgent).description == name)
    }

    @Test func `stays the same when the version changes`() {
        let old = DeviceName(userAgent: "\(Self.windows) \(Self.blink) Chrome/99.0.1.2 Safari/537.36")
        let new = DeviceName(userAgent: "\(Self.windows) \(Self.blink) Chrome/126.0.0.0 Safari/537.36")
        #expect(old == new)
        #expect(new.client == "Chrome" && new.platform == "Windows")
    }

    @Test func `comes out of anything, short and printable`() {
        let time = TestWorld(seed: 11)
        let known = (Self.browsers + Self.apps + Self.programs).map { Array($0.0.utf8) }
        for turn in 0..<5_000 {
            var bytes = time.randomBytes(Int(time.randomBytes(1)[0]))
            if turn % 2 == 0 {
                let agent = known[turn / 2 % known.count]
                let cut = agent.isEmpty ? 0 : Int(bytes.first ?? 0) % agent.count
                bytes = Array(agent.prefix(cut) + bytes.prefix(3) + agent.dropFirst(cut))
            }
            let name = DeviceName(userAgent: String(decoding: bytes, as: UTF8.self)).description
            #expect(!name.isEmpty && name.utf8.count <= 60 && name.utf8.allSatisfy { (32..<127).contains($0) })
        }
    }

    @Test func `comes out of eight kilobytes of anything`() {
        for filling in ["a", "a ", "\0", "Chrome/", "\u{1F3E0}", "(((", "Mozilla/5.0 "] {
            let agent = String(repeating: filling, count: 8_192 / filling.utf8.count)
            #expect(DeviceName(userAgent: agent).description.utf8.count <= 60)
        }
    }
}
