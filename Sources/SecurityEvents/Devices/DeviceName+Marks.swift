// The order within a table matters: nearly every browser also carries the names of those that it wants to pass for, so
// whoever is imitated comes after its imitators.

extension DeviceName {
    /// Programs that begin with their own name.
    static let programs = UserAgentWords.table([
        ("gatehouse", "gatehouse command line"), ("curl/", "curl"), ("wget", "Wget"), ("httpie/", "HTTPie"),
        ("xh/", "xh"), ("postmanruntime/", "Postman"), ("insomnia/", "Insomnia"), ("bruno", "Bruno"),
        ("paw/", "Paw"), ("rapidapi/", "RapidAPI"), ("hoppscotch", "Hoppscotch"),
        ("python-requests/", "Python Requests"),
        ("python-httpx/", "Python HTTPX"), ("python-urllib", "Python"), ("python/", "Python"), ("aiohttp/", "Python"),
        ("scrapy/", "Scrapy"), ("okhttp/", "OkHttp"), ("go-http-client/", "Go program"), ("go-resty/", "Go program"),
        ("axios/", "Node.js"), ("node-fetch", "Node.js"), ("node", "Node.js"), ("undici", "Node.js"),
        ("got (", "Node.js"), ("got/", "Node.js"), ("deno/", "Deno"), ("bun/", "Bun"), ("java/", "Java program"),
        ("java-http-client/", "Java program"), ("apache-httpclient/", "Java program"), ("jersey/", "Java program"),
        ("guzzlehttp/", "PHP program"), ("symfony", "PHP program"), ("php", "PHP program"), ("wordpress/", "WordPress"),
        ("ruby", "Ruby program"), ("faraday", "Ruby program"), ("rest-client/", "Ruby program"),
        ("libwww-perl/", "Perl program"), ("lwp", "Perl program"), ("reqwest/", "Rust program"),
        ("restsharp/", ".NET program"), ("dart/", "Dart program"), ("swift", "Swift program"),
        ("async-http-client", "Swift program"), ("powershell/", "PowerShell"), ("zapier", "Zapier"),
        ("make/", "Make"), ("integromat/", "Make"), ("n8n", "n8n"), ("follow up boss", "Follow Up Boss"),
        ("followupboss", "Follow Up Boss"), ("k6/", "k6"), ("apachebench/", "ApacheBench"), ("blackbox", "Monitoring"),
        ("uptimerobot/", "Monitoring"), ("pingdom", "Monitoring"),
    ])

    /// Programs that put their name into the middle of a browser's.
    static let robots = UserAgentWords.table([
        ("googlebot", "Googlebot"), ("bingbot", "Bingbot"), ("applebot", "Applebot"), ("yandexbot", "YandexBot"),
        ("duckduckbot", "DuckDuckBot"), ("baiduspider", "Baidu Spider"), ("facebookexternalhit", "Facebook preview"),
        ("twitterbot", "Twitter preview"), ("linkedinbot", "LinkedIn preview"), ("slackbot", "Slack preview"),
        ("telegrambot", "Telegram preview"), ("discordbot", "Discord preview"), ("pingdom", "Monitoring"),
        ("uptimerobot", "Monitoring"),
    ])

    /// Browsers and apps, except those known by their engine alone.
    static let clients = UserAgentWords.table([
        // Apps that show pages inside themselves.
        ("messenger", "Messenger"), ("fban/messenger", "Messenger"), ("orca-android", "Messenger"),
        ("instagram", "Instagram"), ("fban/", "Facebook"), ("fbav/", "Facebook"), ("fb_iab/", "Facebook"),
        ("linkedinapp", "LinkedIn"), ("micromessenger/", "WeChat"), ("line/", "LINE"), ("kakaotalk", "KakaoTalk"),
        ("whatsapp/", "WhatsApp"), ("snapchat", "Snapchat"), ("bytedancewebview/", "TikTok"), ("musical_ly", "TikTok"),
        ("tiktok", "TikTok"), ("pinterest/", "Pinterest"), ("twitter", "Twitter"), ("gsa/", "Google app"),
        ("slack_ssb/", "Slack"), ("slack/", "Slack"), ("teams/", "Microsoft Teams"),
        ("windowspowershell/", "PowerShell"), ("powershell/", "PowerShell"),
        // Browsers built on another's engine, under their own names.
        ("edg/", "Edge"), ("edga/", "Edge"), ("edgios/", "Edge"), ("edge/", "Edge"), ("opr/", "Opera"),
        ("opera", "Opera"), ("opios/", "Opera"), ("opt/", "Opera"), ("opx/", "Opera"), ("vivaldi/", "Vivaldi"),
        ("samsungbrowser/", "Samsung Internet"), ("yabrowser/", "Yandex Browser"), ("ucbrowser/", "UC Browser"),
        ("whale/", "Whale"), ("duckduckgo/", "DuckDuckGo"), ("ddg/", "DuckDuckGo"), ("brave", "Brave"),
        ("miuibrowser/", "Mi Browser"), ("huaweibrowser/", "Huawei Browser"), ("heytapbrowser/", "HeyTap Browser"),
        ("vivobrowser/", "vivo Browser"), ("mqqbrowser/", "QQ Browser"), ("qqbrowser/", "QQ Browser"),
        ("silk/", "Silk"), ("ecosia", "Ecosia"), ("aloha", "Aloha"), ("epiphany/", "GNOME Web"),
        ("falkon/", "Falkon"), ("headlesschrome/", "Headless Chrome"), ("phantomjs/", "PhantomJS"),
        ("electron/", "Desktop app"), ("crios/", "Chrome"), ("focus/", "Firefox Focus"), ("klar/", "Firefox Focus"),
        ("fxios/", "Firefox"), ("seamonkey/", "SeaMonkey"), ("palemoon/", "Pale Moon"), ("waterfox/", "Waterfox"),
        ("librewolf/", "LibreWolf"), ("firefox/", "Firefox"),
        // Programs that come after a platform of their own.
        ("okhttp/", "OkHttp"), ("lynx/", "Lynx"), ("w3m/", "w3m"),
    ])

    /// Devices and operating systems.
    static let platforms = UserAgentWords.table([
        ("windows phone", "Windows Phone"), ("xbox", "Xbox"), ("playstation", "PlayStation"), ("nintendo", "Nintendo"),
        ("appletv", "Apple TV"), ("iphone", "iPhone"), ("ipad", "iPad"), ("ipod", "iPod"), ("kaios/", "KaiOS"),
        ("tizen", "TV"), ("web0s", "TV"), ("webos", "TV"), ("smart-tv", "TV"), ("smarttv", "TV"),
        ("android", "Android"), ("openharmony", "HarmonyOS"), ("harmonyos", "HarmonyOS"), ("windows", "Windows"),
        ("macintosh", "macOS"), ("mac os x", "macOS"), ("cros ", "ChromeOS"), ("freebsd", "FreeBSD"),
        ("openbsd", "OpenBSD"), ("darwin/", "an Apple device"), ("linux", "Linux"), ("x11", "Linux"),
    ])
}
