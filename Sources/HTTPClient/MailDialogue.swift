/// Follows the replies of an SMTP server, to know which one refused.
struct MailDialogue {
    /// The last refusal: 400 to 599.
    private(set) var refusalCode: Int?
    /// Its words, safe to show; empty where there are none.
    private(set) var refusalText = ""
    private var replies = 0
    private var offersEncryption = false
    private let encryptionIsOptional: Bool

    init(encryptionIsOptional: Bool) { self.encryptionIsOptional = encryptionIsOptional }

    /// Takes one line of a reply, with its line break.
    /// - Returns: whether the server has refused for this mail, so that nothing but its farewell
    ///   is still to come.
    mutating func takeLine(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 3, let code = Int(String(decoding: bytes.prefix(3), as: UTF8.self))
        else { return false }
        let words = String(decoding: bytes.dropFirst(4), as: UTF8.self)
        if replies == 1, words.uppercased().hasPrefix("STARTTLS") { offersEncryption = true }
        let isLast = bytes.count == 3 || bytes[3] != UInt8(ascii: "-")
        guard isLast else { return false }
        replies += 1
        guard (400...599).contains(code) else { return false }
        refusalCode = code
        let text = words.prefix { !$0.isNewline }
        refusalText = SafeText.shown(String(text), maximum: 120)
        // The greeting comes first, then the answer to EHLO, after which HELO is tried, then the
        // one to STARTTLS, which need not succeed where it is optional.
        let isSTARTTLS = replies == 3 && offersEncryption && encryptionIsOptional
        return replies != 2 && !isSTARTTLS
    }
}
