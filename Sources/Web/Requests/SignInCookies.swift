import Core
import FoundationEssentials
package import Hummingbird

/// The cookies of the gate: `COOKIE_SECURE`, `COOKIE_SAMESITE`, `COOKIE_DOMAIN`.
package struct SignInCookies: Sendable {
    /// `COOKIE_SAMESITE`.
    package enum SameSite: String, Sendable, CaseIterable {
        case strict, lax, none
    }

    private let isSecure: Bool
    private let sameSite: SameSite
    private let domain: String?
    private let host: String?

    /// `host` is that of `PUBLIC_URL`, by which browsers know the server.
    package init(isSecure: Bool, sameSite: SameSite, domain: String?, host: String? = nil) {
        self.isSecure = isSecure
        self.sameSite = sameSite
        self.domain = domain
        self.host = host
    }

    /// A browser keeps a `__Secure-` cookie only from a page over TLS; over plain http the prefix would lose it.
    private var prefix: String { isSecure ? "__Secure-" : "" }

    /// The refresh token's name.
    package var refreshName: String { prefix + "gatehouse_refresh" }

    /// The device cookie's name.
    package var deviceName: String { prefix + "gatehouse_device" }

    /// The refresh token, for the paths that take one and nobody's scripts.
    package func refresh(_ token: String, life: Duration) -> Cookie {
        cookie(refreshName, token, maxAge: Int(life.milliseconds / 1000))
    }

    /// Takes the refresh token out of the browser.
    package var clearedRefresh: Cookie { cookie(refreshName, "", maxAge: 0) }

    /// Tells us next year that somebody has signed in with this browser.
    package func device(_ value: String) -> Cookie { cookie(deviceName, value, maxAge: 365 * 86_400) }

    /// The name of the cookie of a browser that is not asked for a second factor.
    package var rememberedName: String { prefix + "gatehouse_remembered" }

    /// Lets this browser in without a second factor for a while.
    package func remembered(_ token: String, life: Duration) -> Cookie {
        cookie(rememberedName, token, maxAge: Int(life.milliseconds / 1000))
    }

    /// The names of all of them.
    package var names: [String] { [refreshName, deviceName, rememberedName] }

    /// Takes out of the browser what it may hold under `name` besides the cookie that we set: for the host alone, for each domain that it is
    /// in, for the whole site.
    package func others(named name: String) -> [Cookie] {
        let own = domain.map(Self.bare)
        var domains: [String?] = [nil]
        if let own { domains.append(own) }
        domains += parents.filter { $0 != own }.map { Optional($0) }
        return domains.flatMap { other in
            ["/", Self.path].filter { $0 != Self.path || other != own }.map { path in
                cookie(name, "", maxAge: 0, domain: other, path: path)
            }
        }
    }

    /// The host and the domains above it that may hold cookies; none for an address or a host without a dot. A browser refuses those of a
    /// public suffix by itself.
    private var parents: [String] {
        guard let host, host.contains(where: \.isLetter), !host.contains(":") else { return [] }
        var labels = host.split(separator: ".")[...]
        var parents: [String] = []
        while labels.count >= 2, parents.count < 4 {
            parents.append(labels.joined(separator: "."))
            labels = labels.dropFirst()
        }
        return parents
    }

    private static func bare(_ domain: String) -> String { String(domain.drop { $0 == "." }) }

    /// For the paths that take one alone.
    private static let path = "/v1/auth"

    private func cookie(_ name: String, _ value: String, maxAge: Int) -> Cookie {
        cookie(name, value, maxAge: maxAge, domain: domain, path: Self.path)
    }

    private func cookie(_ name: String, _ value: String, maxAge: Int, domain: String?, path: String) -> Cookie {
        let site: Cookie.SameSite
        switch sameSite {
        case .strict: site = .strict
        case .lax: site = .lax
        case .none: site = .none
        }
        return Cookie(
            name: name, value: value, maxAge: maxAge, domain: domain, path: path, secure: isSecure,
            httpOnly: true, sameSite: site)
    }
}
