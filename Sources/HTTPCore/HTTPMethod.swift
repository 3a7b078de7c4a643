import Basics

/// The methods of HTTP that routes answer; any other gets 501.
package enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// The method of these bytes, which is a matter of case; nil for any other.
    init?(_ bytes: Span<UInt8>) {
        switch bytes.count {
        case 3 where bytes.equals("GET"): self = .get
        case 3 where bytes.equals("PUT"): self = .put
        case 4 where bytes.equals("POST"): self = .post
        case 4 where bytes.equals("HEAD"): self = .head
        case 5 where bytes.equals("PATCH"): self = .patch
        case 6 where bytes.equals("DELETE"): self = .delete
        case 7 where bytes.equals("OPTIONS"): self = .options
        default: return nil
        }
    }
}

/// The two versions that are spoken; a request of any other gets 505.
package enum HTTPVersion: Sendable {
    case http10
    case http11
}
