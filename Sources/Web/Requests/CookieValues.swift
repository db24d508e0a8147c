import HTTPTypes
package import Hummingbird

extension Request {
    /// The values of all cookies called `name`, of every `Cookie` header, each once and as they stand; empty ones count for nothing.
    ///
    /// A browser that holds several of one name (for the host alone and for its domain, or for two paths) sends them all, and nothing in the
    /// header tells them apart (RFC 6265 §5.4): whoever asks has to try each.
    package func cookieValues(_ name: String) -> [String] {
        var values: [String] = []
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let cookie = pair.drop { $0 == " " }
                guard let equals = cookie.firstIndex(of: "="), cookie[..<equals] == name else { continue }
                let value = String(cookie[cookie.index(after: equals)...])
                if !value.isEmpty, !values.contains(value) { values.append(value) }
            }
        }
        return values
    }
}
