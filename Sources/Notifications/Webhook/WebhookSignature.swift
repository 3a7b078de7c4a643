import Basics
package import Crypto
package import Domain

/// The Standard Webhooks scheme: who gets a request can tell that it came from here, unchanged and
/// lately.
///
/// The three headers are `webhook-id`, `webhook-timestamp` (Unix seconds of the attempt) and
/// `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, one for each
/// key with a space between, so that a receiver may change its key without missing anything.
package enum WebhookSignature {
    /// What is to be sent with a body.
    package struct Headers: Equatable, Sendable {
        package let id: String
        package let timestamp: String
        /// Nil where a channel has no secret.
        package let signature: String?

        /// In the order they are sent.
        package var pairs: [(name: String, value: String)] {
            var pairs = [("webhook-id", id), ("webhook-timestamp", timestamp)]
            if let signature { pairs.append(("webhook-signature", signature)) }
            return pairs
        }
    }

    /// Why a body could not be signed.
    package enum Failure: Error, Equatable {
        /// A secret is not what `WebhookSecret` reads.
        case secret
        case crypto(CryptoError)
    }

    /// Signs one attempt.
    ///
    /// - Parameters:
    ///   - id: stable over attempts; must hold no full stop, which separates the signed parts.
    ///   - time: of the attempt.
    ///   - body: exactly the bytes that are sent.
    ///   - secrets: newest first; none gives no signature.
    package static func headers(
        id: String, time: Timestamp, body: Span<UInt8>, secrets: [String]
    ) throws(Failure) -> Headers {
        let seconds = String(time.milliseconds / 1_000)
        var signed = ByteBuffer(capacity: body.count + id.utf8.count + 24)
        signed.append(id)
        signed.append(UInt8(ascii: "."))
        signed.append(seconds)
        signed.append(UInt8(ascii: "."))
        signed.append(body)
        var signatures: [String] = []
        for secret in secrets {
            guard let key = WebhookSecret.key(secret.utf8.span) else { throw .secret }
            do throws(CryptoError) {
                let code = try HMAC.sha256(key: key.span, message: signed.bytes)
                signatures.append("v1," + Base64.encode(code.span))
            } catch { throw .crypto(error) }
        }
        return Headers(
            id: id, timestamp: seconds,
            signature: signatures.isEmpty ? nil : signatures.joined(separator: " "))
    }
}
