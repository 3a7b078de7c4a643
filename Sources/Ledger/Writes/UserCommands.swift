import Basics
import Domain

/// The write commands of `USER`.
///
/// Passwords are hashed before these run, on another thread (`PreparedSecrets`).
enum UserCommands {
    /// `USER ADD name ROLE r STATIONS a,b|* PASSWORD p [EMAIL e] [DESIGNATION d] [META json]`
    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try Lookup.newIdentifier(words, &cursor, "user")
        if Caller.isBuiltIn(name) {
            throw CommandError(.exists, "user \(name) is the server's own: choose another name")
        }
        let state = transaction.state
        if state.users[name] != nil { throw CommandError(.exists, "user \(name) exists") }
        if state.users.count >= User.limit {
            throw CommandError(.limit, "there are at most \(User.limit) users")
        }
        let options = try UserOptions(words, &cursor, transaction)
        guard let role = options.role, let stations = options.stations, options.hasPassword else {
            throw CommandError(.syntax, "USER ADD needs ROLE, STATIONS and PASSWORD")
        }
        var user = User(
            name: name, role: role, stations: stations.list, created: transaction.now,
            seq: transaction.nextSeq)
        options.apply(to: &user)
        try check(user)
        user.passwordHash = try passwordHash(transaction)
        UserDecision.emit(.userAdded, before: nil, &user, transaction)
        show(user, reply)
    }

    /// `USER SET name …`: any option of `USER ADD`. A new password ends the user's sessions.
    static func set(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try user(words, &cursor, transaction)
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "USER SET needs at least one option")
        }
        let options = try UserOptions(words, &cursor, transaction)
        var after = before
        if options.hasMoreThanPassword {
            options.apply(to: &after)
            try check(after)
            try UserDecision.checkLastAdmin(before, after, transaction)
            UserDecision.emit(.userChanged, before: before, &after, transaction)
        }
        if options.hasPassword {
            after = UserDecision.setPassword(
                try passwordHash(transaction), of: after, transaction)
        }
        show(after, reply)
    }

    /// `USER PASSWD name new`: of oneself, or of anybody by an administrator.
    static func setPassword(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "user")
        try requireSelf(name, "USER PASSWD", transaction.caller)
        try requireLogIn(transaction)
        try PasswordRequest.check(try cursor.word(words, "password").count)
        try cursor.finish(words)
        guard let before = transaction.state.users[name] else {
            // A server that nobody could log in to gets its administrator.
            if name != User.admin || transaction.state.hasAdmin() {
                throw .notFound("user", name.text)
            }
            show(
                UserDecision.addFirstAdmin(hash: try passwordHash(transaction), transaction), reply)
            return
        }
        show(
            UserDecision.setPassword(try passwordHash(transaction), of: before, transaction), reply)
    }

    /// `USER DISABLE name`
    static func disable(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try setDisabled(true, .userDisabled, words, transaction, reply)
    }

    /// `USER ENABLE name`
    static func enable(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try setDisabled(false, .userEnabled, words, transaction, reply)
    }

    private static func setDisabled(
        _ isDisabled: Bool, _ type: EventType, _ words: borrowing ArgumentVector,
        _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try user(words, &cursor, transaction)
        try cursor.finish(words)
        if before.isDisabled == isDisabled {
            let state = isDisabled ? "disabled" : "enabled"
            throw CommandError(.badState, "user \(before.name) is \(state) already")
        }
        var after = before
        after.isDisabled = isDisabled
        try UserDecision.checkLastAdmin(before, after, transaction)
        UserDecision.emit(type, before: before, &after, transaction)
        show(after, reply)
    }

    // MARK: Small parts

    /// Others are an administrator's business.
    ///
    /// - Throws: `NOPERM`.
    static func requireSelf(
        _ name: Identifier, _ command: String, _ caller: Caller
    ) throws(CommandError) {
        if name == caller.name { return }
        try Permission.require(.admin, for: "\(command) of another user", caller)
    }

    /// Who came with an API token gets no password by it: that would outlive the token.
    ///
    /// - Throws: `NOPERM`.
    private static func requireLogIn(_ transaction: Transaction) throws(CommandError) {
        let caller = transaction.caller
        guard caller.role < .admin, let id = caller.grant,
            transaction.state.grants[id]?.kind == .api
        else { return }
        throw CommandError(
            .noPerm, "an API token cannot set a password: log in with the present one")
    }

    private static func user(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> User {
        let name = try cursor.identifier(words, "user")
        guard let user = transaction.state.users[name] else { throw .notFound("user", name.text) }
        return user
    }

    private static func check(_ user: User) throws(CommandError) {
        if user.role == .admin && user.stations != nil {
            throw CommandError(
                .range, "user \(user.name): an administrator acts for all stations: STATIONS *")
        }
    }

    /// The hash that was prepared for the command; a dry run, which keeps nothing, needs none.
    private static func passwordHash(_ transaction: Transaction) throws(CommandError) -> String {
        if let hash = transaction.preparedHash, hash.utf8.count <= User.maximumHashBytes {
            return hash
        }
        if transaction.isDryRun { return "" }
        throw CommandError(.err, "passwords are not available")
    }

    private static func show(_ user: User, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(user)
    }
}

/// The options of `USER ADD` and `USER SET`.
struct UserOptions {
    private enum Option: String, CaseIterable {
        case role = "ROLE"
        case stations = "STATIONS"
        case password = "PASSWORD"
        case email = "EMAIL"
        case designation = "DESIGNATION"
        case attributes = "META"
    }

    /// A list, or all.
    struct Stations {
        let list: [Identifier]?
    }

    private(set) var role: Role?
    private(set) var stations: Stations?
    private(set) var hasPassword = false
    /// Whether anything but a password is given.
    private(set) var hasMoreThanPassword = false
    // Given, and cleared where the inner one is nil.
    private var email: String??
    private var designation: String??
    private var attributes: String??

    init(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) {
        while let option = try cursor.option(words, of: Option.self) {
            if option != .password { hasMoreThanPassword = true }
            switch option {
            case .role: role = try Choice.of(Role.self, words, &cursor, "ROLE") { $0.name }
            case .stations: stations = try Self.stations(words, &cursor, transaction)
            case .password:
                try PasswordRequest.check(try cursor.word(words, "PASSWORD").count)
                hasPassword = true
            case .email: email = .some(try Self.email(words, &cursor))
            case .designation:
                designation = .some(
                    try Lookup.optionalText(words, &cursor, "DESIGNATION", transaction))
            case .attributes:
                attributes = .some(try Lookup.attributes(words, &cursor, transaction))
            }
        }
    }

    func apply(to user: inout User) {
        if let role { user.role = role }
        if let stations { user.stations = stations.list }
        if let email { user.email = email }
        if let designation { user.designation = designation }
        if let attributes { user.attributes = attributes }
    }

    /// Ids of stations with commas between them, `*` for all, `NONE` for none.
    private static func stations(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Stations {
        if cursor.matchKeyword(words, "*") { return Stations(list: nil) }
        if cursor.matchKeyword(words, "NONE") { return Stations(list: []) }
        let text = try cursor.text(
            words, "STATIONS", maximumBytes: User.stationLimit * (Identifier.maximumBytes + 1))
        var list: [Identifier] = []
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            let word = Array(part)
            guard let id = Identifier(word.span) else {
                throw CommandError(
                    .syntax,
                    "STATIONS: \(ValueError.quoted(word.span)) is not an id; ids have commas "
                        + "between them, * means all")
            }
            if transaction.names.stations.number(of: id) == nil {
                var error = CommandError.notFound("station", id.text)
                error.station = id
                throw error
            }
            if !list.contains(id) { list.append(id) }
        }
        if list.count > User.stationLimit {
            throw CommandError(.limit, "STATIONS has at most \(User.stationLimit) ids")
        }
        return Stations(list: list)
    }

    private static func email(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> String? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        let text = try cursor.text(words, "EMAIL", maximumBytes: MailAddressText.maximumBytes)
        if MailAddressText.isValid(text) { return text }
        throw CommandError(
            .syntax, "EMAIL: \(ValueError.quoted(text.utf8.span)) is not a mail address")
    }
}
