/// One HTTP request to be sent.
package struct WebRequest: Sendable, Equatable {
    /// A header to send, or one that was received.
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A token such as `POST`, in the case it is sent in.
    package var method: String
    /// `http` or `https`, printable ASCII, without user and password.
    package var url: String
    /// Without those that frame a message (`Host`, `Content-Length`, `Transfer-Encoding`,
    /// `Connection`, `Expect`, `Trailer`, `Upgrade`, `TE`) and `User-Agent`.
    package var fields: [Field]
    package var body: [UInt8]
    /// The names of the headers that the caller wants to see of the answer; any case.
    package var wanted: [String]

    package init(
        method: String = "POST", url: String, fields: [Field] = [], body: [UInt8] = [],
        wanted: [String] = []
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.wanted = wanted
    }

    /// Refuses what could smuggle a second request or confuse the framing.
    func check() throws(TransferError) {
        guard SafeText.isToken(method) else {
            throw TransferError(.request, "the method is not a token")
        }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard SafeText.isURLText(url), scheme == "http" || scheme == "https",
            url.dropFirst(scheme.count).hasPrefix("://")
        else {
            throw TransferError(.url, "the URL is not http:// or https:// in printable ASCII")
        }
        guard fields.count <= 64 else {
            throw TransferError(.request, "more than 64 headers")
        }
        for field in fields {
            guard SafeText.isToken(field.name) else {
                throw TransferError(.request, "a header's name is not a token")
            }
            guard SafeText.isHeaderValue(field.value) else {
                throw TransferError(
                    .request, "the header \(field.name) holds a line break or is too long")
            }
            if Self.framing.contains(field.name.lowercased()) {
                throw TransferError(.request, "the header \(field.name) is not for callers")
            }
        }
    }

    private static let framing: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "trailer",
        "upgrade", "te", "user-agent",
    ]
}
