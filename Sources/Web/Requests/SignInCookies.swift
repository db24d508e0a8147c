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

    package init(isSecure: Bool, sameSite: SameSite, domain: String?) {
        self.isSecure = isSecure
        self.sameSite = sameSite
        self.domain = domain
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

    /// What clears the cookies `name` that stand beside the one that this server sets: those of the host alone or of a domain above it, and
    /// those of another path. `host` and `path` are the request's: only what reaches it can have been sent.
    func doubles(of name: String, host: String, path: String) -> [Cookie] {
        var domains: [String?] = [nil]
        var labels = host.prefix { $0 != ":" }.split(separator: ".")
        // An address has no domains above it, and nothing may be set for a name without a dot.
        let isAddress = host.hasPrefix("[") || labels.allSatisfy { $0.allSatisfy(\.isNumber) }
        while labels.count > 1, !isAddress, domains.count < 6 {
            domains.append(labels.joined(separator: "."))
            labels.removeFirst()
        }
        var paths = ["/"]
        for part in path.split(separator: "/").prefix(4) {
            paths.append((paths.last == "/" ? "/" : (paths.last ?? "") + "/") + part)
        }
        let own = domain.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
        return domains.flatMap { other in
            paths.filter { $0 != Self.path || other != own }.map {
                cookie(name, "", maxAge: 0, domain: other, path: $0)
            }
        }
    }

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
