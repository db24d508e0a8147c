import Testing

@testable import Work

@Suite struct `the address of a webhook in an intranet` {
    @Test(arguments: [
        ("https://10.0.0.1/x", true), ("http://127.0.0.1:8080/x", true), ("http://[::1]/x", true),
        ("http://hooks.internal/x", true), ("http://10.0.0.1/x", false), ("http://192.0.2.7/x", false),
        ("ftp://10.0.0.1/x", false),
    ])
    func `is refused at once where nothing could ever be sent`(address: String, isTaken: Bool) {
        #expect((WebhookAddress.problem(with: address, allowsPrivate: true) == nil) == isTaken)
    }
}
