import Crypto
import Domain
import Notifications
import Testing

@Suite struct WebhookSignatureTests {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let time = Timestamp(milliseconds: 1_614_265_330_999)
    let body = #"{"test": 2432232314}"#

    /// The example that the scheme's own libraries are tested with.
    @Test func knownAnswer() throws {
        let headers = try WebhookSignature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: time, body: body.utf8.span,
            secrets: [secret])
        #expect(headers.signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(
            headers.pairs.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers.pairs[0].value == "msg_p5jXN8AQM9LWM0D4loKWxJek")
        #expect(headers.pairs[1].value == "1614265330")
    }

    @Test func twoKeysWhileRotating() throws {
        let old = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
        let both = try WebhookSignature.headers(
            id: "a", time: time, body: body.utf8.span, secrets: [secret, old])
        let first = try WebhookSignature.headers(
            id: "a", time: time, body: body.utf8.span, secrets: [secret])
        let second = try WebhookSignature.headers(
            id: "a", time: time, body: body.utf8.span, secrets: [old])
        let expected = [first.signature, second.signature].compactMap { $0 }
        #expect(both.signature == expected.joined(separator: " "))
        #expect(expected[0] != expected[1])
    }

    @Test func withoutSecretNothingIsSigned() throws {
        let headers = try WebhookSignature.headers(
            id: "a", time: time, body: body.utf8.span, secrets: [])
        #expect(headers.signature == nil)
        #expect(headers.pairs.count == 2)
    }

    @Test(arguments: [
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_AAAA", "whsec_not base64", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + String(repeating: "AAAA", count: 22),
    ])
    func whatIsNoSecret(_ text: String) {
        #expect(WebhookSecret.key(text.utf8.span) == nil)
        #expect(throws: WebhookSignature.Failure.secret) {
            try WebhookSignature.headers(
                id: "a", time: time, body: body.utf8.span, secrets: [text])
        }
    }
}
