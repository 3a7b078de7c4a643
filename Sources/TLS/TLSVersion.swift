/// The versions of TLS that are spoken; older ones are refused.
package enum TLSVersion: String, Sendable, CaseIterable {
    case v12 = "1.2"
    case v13 = "1.3"
}
