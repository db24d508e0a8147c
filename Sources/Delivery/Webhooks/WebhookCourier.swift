import Core
import Storage
import Work

/// Takes messages to one webhook of the brokerage's, signed as Standard Webhooks have it.
///
/// The address was typed in by an owner or admin, who must not reach into the network of the server by it: ``GuardedPost`` judges it each time.
struct WebhookCourier: OutboxSender {
    let kind: String
    let attempts: WebhookAttempts
    let post: GuardedPost
    let world: World

    /// Each may take a quarter of a minute of a name server and a server that hang.
    var batch: Int { 8 }

    /// Posts the message. Whatever is not 2xx is tried again: a receiver that is misconfigured today may be right tomorrow.
    func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        let call: WebhookAttempts.Call
        do {
            guard let found = try await attempts.call(for: item) else { return false }
            call = found
        } catch {
            throw .temporary("what is to be sent could not be read")
        }
        let begun = world.now()
        var (status, failure): (Int?, DeliveryFailure?) = (nil, nil)
        do throws(DeliveryFailure) {
            let answer = try await send(call)
            status = answer
            failure = Self.failure(of: answer)
        } catch {
            failure = error
        }
        let result = WebhookAttempts.Result(
            status: status, duration: world.now() - begun, error: failure?.reason)
        let goesOn: Bool
        do {
            goesOn = try await attempts.note(call, result)
        } catch {
            // What was delivered is delivered again: at least once.
            throw .temporary("what became of it could not be written down")
        }
        guard let failure else { return true }
        throw goesOn ? failure : .unsent("the webhook was switched off: \(failure.reason)")
    }

    private func send(_ call: WebhookAttempts.Call) async throws(DeliveryFailure) -> Int {
        guard let secret = call.secret, let signer = WebhookSigner(secret) else {
            throw .unsent("its secret cannot be read; make the webhook anew")
        }
        let body = Array(call.delivery.body.utf8)
        let (id, time) = (call.delivery.messageID.description, String(world.now().seconds))
        return try await post.status(
            of: body, to: call.url,
            headers: [
                ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", time),
                ("webhook-signature", signer.signature(id: id, timestamp: time, body: body)),
            ])
    }

    private static func failure(of status: Int) -> DeliveryFailure? {
        switch status {
        case 200..<300: nil
        case 300..<400: .temporary("it answered with a redirect (\(status)), which is not followed")
        default: .temporary("it answered \(status)")
        }
    }
}

extension DeliveryFailure {
    fileprivate var reason: String {
        switch self {
        case .temporary(let text), .permanent(let text), .unsent(let text): text
        }
    }
}
