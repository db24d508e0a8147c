import Core
import Testing

@Suite struct `a phone number` {
    @Test(arguments: [
        ("+1 (500) 555-0006", "+15005550006", "+1 ••• ••06"), ("+49 170 123.4567", "+491701234567", "+49 ••• ••67"),
        ("+351912345678", "+351912345678", "+351 ••• ••78"), ("+7-912-345-67-89", "+79123456789", "+7 ••• ••89"),
        ("+12345678", "+12345678", "+1 ••• ••78"), ("+123456789012345", "+123456789012345", "+1 ••• ••45"),
    ])
    func `is kept in one form, and shown without its middle`(typed: String, text: String, masked: String) throws {
        let number = try #require(PhoneNumber(typed))
        #expect(number.text == text)
        #expect(number.masked == masked)
        #expect(PhoneNumber(number.text) == number)
    }

    @Test(arguments: [
        "", "+", "15005550006", "0049170123456", "+0491701234567", "+1234567", "+1234567890123456", "+1500555000x",
        "+1\u{0661}5005550006", "++15005550006", "+1 500 555 0006 ext 2", "+15005550006\n", "tel:+15005550006",
        String(repeating: " ", count: 100) + "+15005550006",
    ])
    func `is nothing else`(typed: String) { #expect(PhoneNumber(typed) == nil) }
}
