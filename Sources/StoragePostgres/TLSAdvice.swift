/// What an operator can do when no connection was made because of TLS, which libpq's own words leave out.
enum TLSAdvice {
    private static let all = [
        (
            sign: "certificate verify failed",
            advice: "sslrootcert in the URL must name the file of the authority that issued the server's certificate: "
                + "?sslrootcert=/path/to/ca.crt"
        ),
        (
            sign: "does not match host name",
            advice: "use a host name that is in the certificate, or verify-ca where any server of the authority will do"
        ),
        (
            sign: "server does not support SSL",
            advice: "turn TLS on at the server (ssl = on), or use the mode prefer where the way there is your own"
        ),
    ]

    /// `message` of libpq, and what to do about it where that is known.
    static func added(to message: String) -> String {
        guard let known = all.first(where: { message.contains($0.sign) }) else { return message }
        return "\(message); \(known.advice)"
    }
}
