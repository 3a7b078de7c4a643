package import Basics
import Domain
import Storage

/// The reads of `USER` and `TOKEN`. Neither passwords nor tokens are in any of them.
package enum AccountQueries {
    private enum ListOption: String, CaseIterable {
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    private enum TokenOption: String, CaseIterable {
        case user = "USER"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    /// `USER GET name`: null for an unknown one.
    package static func user(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "user")
        try cursor.finish(words)
        let found = try reading { () throws(StorageError) in try context.view.user(name) }
        guard let found else { return }
        reply.body.appendJSON(found)
        reply.value = .record
    }

    /// `USER LIST [LIMIT n] [CURSOR c]`
    package static func users(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.user, context)
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            reply.body.appendJSON(try UserCodec.decode(bytes))
            return true
        }
    }

    /// `USER WHOAMI`: the caller's record, or one made up for a caller that is the server's own.
    package static func whoAmI(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        let caller = context.caller
        let found = try reading { () throws(StorageError) in try context.view.user(caller.name) }
        let user =
            found
            ?? User(
                name: caller.name, role: caller.role, stations: caller.stations?.sorted(),
                created: context.now, seq: 0)
        reply.body.appendJSON(user)
        reply.value = .record
    }

    /// `TOKEN LIST [USER u] [LIMIT n] [CURSOR c]`: tokens and sessions, oldest first; one's own, or
    /// anybody's for an administrator.
    package static func tokens(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.grant, context)
        let caller = context.caller
        var user = caller.role >= .admin ? nil : caller.name
        while let option = try cursor.option(words, of: TokenOption.self) {
            switch option {
            case .user:
                let name = try cursor.identifier(words, "USER")
                try UserCommands.requireSelf(name, "TOKEN LIST", caller)
                let found = try reading { () throws(StorageError) in try context.view.user(name) }
                if found == nil { throw .notFound("user", name.text) }
                user = name
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let grant = try GrantCodec.decode(bytes)
            if let user, grant.user != user { return false }
            reply.body.appendJSON(grant)
            return true
        }
    }
}
