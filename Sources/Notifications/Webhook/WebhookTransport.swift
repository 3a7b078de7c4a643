import Basics
import Crypto
package import Domain
import HTTPClient
import Synchronization

/// Posts CloudEvents to a channel's URL, signed.
///
/// The status decides: 2xx is delivered, whatever becomes of the answer's body; 410 ends the
/// channel; anything else is a failure, redirects too.
package final class WebhookTransport: Transport {
    /// Locked while it sends; the lane is the only one that does.
    private let client = Mutex<HTTPClient?>(nil)
    private let cancellation = Cancellation()
    private let options: TransportOptions

    package init(options: TransportOptions) { self.options = options }

    package func cancel() { cancellation.cancel() }

    package func send(
        _ parcels: [Parcel], through channel: Channel, now: Timestamp
    ) -> [Outcome] {
        parcels.map { send($0, through: channel, now: now) }
    }

    private func send(_ parcel: Parcel, through channel: Channel, now: Timestamp) -> Outcome {
        guard let url = channel.url else {
            return Outcome(.failed, reason: "the channel has no URL")
        }
        var body = ByteBuffer(capacity: 2_048)
        body.appendCloudEvent(parcel)
        var fields = [WebRequest.Field("content-type", "application/cloudevents+json")]
        do throws(WebhookSignature.Failure) {
            let headers = try WebhookSignature.headers(
                id: parcel.id, time: now, body: body.bytes, secrets: channel.secrets)
            for pair in headers.pairs { fields.append(.init(pair.name, pair.value)) }
        } catch {
            return switch error {
            case .secret: Outcome(.failed, reason: "a secret is not \(WebhookSecret.expected)")
            case .crypto(let error): Outcome(.failed, reason: error.message)
            }
        }
        let request = WebRequest(
            url: url, fields: fields, body: body.array, wanted: ["retry-after"])
        do throws(TransferError) {
            let options = options
            let cancellation = cancellation
            let reply = try client.withLock { (client) throws(TransferError) -> WebReply? in
                if client == nil {
                    client = try HTTPClient(
                        policy: options.policy, userAgent: options.userAgent,
                        certificates: options.certificates)
                }
                return try client?.send(
                    request, limits: options.limits, cancellation: cancellation)
            }
            return reply.map { outcome(of: $0, now) } ?? Outcome(.failed, reason: "no client")
        } catch { return Outcome(error) }
    }

    private func outcome(of reply: WebReply, _ now: Timestamp) -> Outcome {
        switch reply.status {
        case 200...299: return Outcome(.delivered, status: reply.status)
        case 410:
            return Outcome(.gone, status: 410, reason: "the receiver wants no more: 410 Gone")
        default:
            let isRedirect = (300...399).contains(reply.status)
            return Outcome(
                .failed, status: reply.status,
                reason: "the receiver answered \(reply.status)"
                    + (isRedirect ? ", redirects are not followed" : ""),
                retryAfter: reply.field("retry-after").flatMap {
                    RetryAfter.milliseconds($0, now: now)
                })
        }
    }
}

extension Outcome {
    /// What a failed transfer means for the notice.
    init(_ error: TransferError) {
        switch error.kind {
        case .cancelled: self.init(.cancelled, reason: error.message)
        case .login: self.init(.failed, status: error.replyCode, reason: error.message)
        default:
            let isRefused = error.replyCode != nil && error.isPermanent
            self.init(
                isRefused ? .refused : .failed, status: error.replyCode, reason: error.message)
        }
    }
}
