import Core
import Web

/// Cookies, origins and headers.
package struct WebSettings: Sendable {
    let cookieSecure: Bool
    let cookieSameSite: SignInCookies.SameSite
    let cookieDomain: String?
    let corsOrigins: [String]
    let corsAllowsCredentials: Bool
    let contentPolicy: SecurityHeaders.ContentPolicy
    let isSecure: Bool

    init(_ reader: inout SettingsReader, publicURL: String, isProduction: Bool) {
        let isTLS = publicURL.hasPrefix("https://")
        reader.section("Cookies")
        cookieSecure = reader.flag(
            "COOKIE_SECURE", default: isTLS || isProduction,
            "Cookies travel over TLS alone; by default as PUBLIC_URL says, in production always.")
        cookieSameSite = reader.choice("COOKIE_SAMESITE", default: .strict, "Which requests carry the cookies.")
        cookieDomain = reader.text("COOKIE_DOMAIN", "Lets subdomains see the cookies; by default they do not.")
        if cookieSameSite == .none, !cookieSecure {
            reader.refuse("COOKIE_SAMESITE", "none needs COOKIE_SECURE=true: browsers drop such a cookie.")
        }
        isSecure = cookieSecure
        reader.section("Other origins")
        let listed = reader.list("CORS_ALLOWED_ORIGINS", "Origins whose pages may use the API, by commas.")
        corsOrigins = listed.filter { $0 != "*" }.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        corsAllowsCredentials = reader.flag(
            "CORS_ALLOW_CREDENTIALS", default: true, "Whether they may do so with cookies.")
        if listed.contains("*") {
            reader.refuse("CORS_ALLOWED_ORIGINS", "must list origins; * would let every site act for your users.")
        }
        if !corsOrigins.allSatisfy(ProcessSettings.isOrigin) {
            reader.refuse("CORS_ALLOWED_ORIGINS", "must be origins such as https://www.example.com, by commas.")
        }
        contentPolicy = Self.contentPolicy(&reader)
    }

    private static func contentPolicy(_ reader: inout SettingsReader) -> SecurityHeaders.ContentPolicy {
        reader.section("Content security policy")
        var policy = SecurityHeaders.ContentPolicy()
        func sources(_ name: String, _ standard: String, _ what: String) -> String {
            let text = reader.text(name, default: standard, "Where pages may take \(what) from.") ?? standard
            guard text.utf8.allSatisfy({ (32...126).contains($0) && $0 != UInt8(ascii: ";") }) else {
                reader.refuse(name, "must be sources separated by spaces, without a semicolon.")
                return standard
            }
            return quotingKeywords(text)
        }
        policy.defaultSources = sources("CSP_DEFAULT_SRC", policy.defaultSources, "anything")
        policy.scriptSources = sources("CSP_SCRIPT_SRC", policy.scriptSources, "scripts")
        policy.styleSources = sources("CSP_STYLE_SRC", policy.styleSources, "style sheets")
        policy.imageSources = sources("CSP_IMG_SRC", policy.imageSources, "images")
        policy.connectSources = sources("CSP_CONNECT_SRC", policy.connectSources, "data")
        return policy
    }

    /// A shell takes the quotes off `'self'`; a bare keyword gets them back.
    private static func quotingKeywords(_ text: String) -> String {
        let keywords: Set<Substring> = ["self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic"]
        return text.split(separator: " ").map { keywords.contains($0) ? "'\($0)'" : String($0) }.joined(separator: " ")
    }
}
