package import Accounts
package import Core
package import Storage

/// Sends the messages to phones that wait in the outbox.
package struct SMSDelivery: OutboxSender {
    private let textbox: Textbox
    private let transport: any SMSTransport
    private let world: World

    package init(textbox: Textbox, transport: any SMSTransport, world: World) {
        self.textbox = textbox
        self.transport = transport
        self.world = world
    }

    /// Messages to phones.
    package var kind: String { Textbox.outboxKind }

    /// Each may take ten seconds of a service that hangs.
    package var batch: Int { 8 }

    /// Hands the message to the service, unless it is of no use any more.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        switch textbox.open(item) {
        case .nothing: return false
        case .unreadable: throw .unsent("sealed under a JWT_SECRET that is not known")
        case .sms(let sms):
            guard let number = PhoneNumber(sms.to) else { throw .unsent("the number is none") }
            if let notAfter = sms.notAfter, world.now().milliseconds >= notAfter {
                throw .ranOut(at: Timestamp(milliseconds: notAfter))
            }
            do {
                try await transport.send(
                    SMSMessage(id: item.id, to: number, body: sms.body, date: item.createdAt))
            } catch let failure as DeliveryFailure {
                throw failure
            } catch {
                throw .temporary("it cannot be sent")
            }
            return true
        }
    }
}
