import Basics
import Domain

/// The write commands of `TOKEN`.
enum TokenCommands {
    private enum IssueOption: String, CaseIterable {
        case name = "NAME"
        case ttl = "TTL"
    }

    /// The longest life of a token that has an end: ten years.
    private static let maximumMilliseconds: Int64 = 3_650 * 24 * 3_600 * 1_000

    /// `TOKEN ISSUE user [NAME n] [TTL d]`: the one reply that holds the token.
    static func issue(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "user")
        try UserCommands.requireSelf(name, "TOKEN ISSUE", transaction.caller)
        var title: String?
        var expires: Timestamp?
        while let option = try cursor.option(words, of: IssueOption.self) {
            switch option {
            case .name: title = try Lookup.text(words, &cursor, "NAME", transaction)
            case .ttl: expires = try end(words, &cursor, transaction)
            }
        }
        guard let user = transaction.state.users[name] else { throw .notFound("user", name.text) }
        if user.isDisabled { throw CommandError(.badState, "user \(name) is disabled") }
        try checkEnd(expires, transaction)
        let live = transaction.state.grants(of: name).count {
            $0.kind == .api && $0.isLive(at: transaction.now)
        }
        if live >= Grant.tokenLimit {
            throw CommandError(.limit, "user \(name) has \(live) tokens: revoke some first")
        }
        let secret = try transaction.randomBytes(TokenText.secretBytes)
        let grant = GrantDecision.issue(
            to: name, name: title, secret: try SecretHash.of(secret), expires: expires, transaction)
        let token = transaction.isDryRun ? nil : TokenText.text(id: grant.id, secret: secret)
        reply.value = .record
        reply.body.appendJSON(grant, token: token)
    }

    /// The id of a token or session, written itself or as part of the token; a token is never
    /// repeated in a refusal.
    private static func identifier(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Identifier {
        guard cursor.position < words.count, words[cursor.position].count > Identifier.maximumBytes
        else { return try cursor.identifier(words, "token") }
        let word = try cursor.word(words, "token")
        if let token = TokenText.parse(word) { return token.id }
        throw CommandError(.syntax, "TOKEN REVOKE takes an id of TOKEN LIST, or a token")
    }

    private static func end(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Timestamp? {
        let word = try cursor.word(words, "TTL")
        do throws(ValueError) {
            let span = try DurationText.parse(word)
            if span >= 1_000 && span <= maximumMilliseconds {
                return transaction.now.adding(milliseconds: span)
            }
            throw ValueError.range("TTL is 1s to 3650d")
        } catch { throw CommandError(error) }
    }

    /// Who came with a token that ends may not make one that lasts longer.
    ///
    /// - Throws: `NOPERM`.
    private static func checkEnd(
        _ expires: Timestamp?, _ transaction: Transaction
    ) throws(CommandError) {
        guard let own = transaction.caller.grant.flatMap({ transaction.state.grants[$0] }),
            own.kind == .api, let end = own.expires
        else { return }
        if let expires, expires <= end { return }
        throw CommandError(
            .noPerm, "this token ends at \(end): it cannot issue one that lasts longer")
    }

    /// `TOKEN REVOKE id|token`: one's own, or anybody's by an administrator. Who found a token
    /// somewhere has nothing else to name it by.
    static func revoke(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try identifier(words, &cursor)
        try cursor.finish(words)
        let caller = transaction.caller
        guard let grant = transaction.state.grants[id],
            caller.role >= .admin || grant.user == caller.name
        else { throw .notFound("token", id.text) }
        if let end = grant.ended(at: transaction.now) {
            throw CommandError(.badState, "token \(id) has ended at \(end)")
        }
        reply.value = .record
        reply.body.appendJSON(GrantDecision.revoke(grant, reason: nil, transaction))
    }
}
