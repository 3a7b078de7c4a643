package import Basics
package import Domain

/// What is special about a command.
package struct CommandFlags: OptionSet, Sendable {
    package let rawValue: UInt16
    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Spelled out, because the protocol's own generic version is not specialised across modules.
    @inlinable package func contains(_ flag: CommandFlags) -> Bool {
        rawValue & flag.rawValue == flag.rawValue
    }

    /// Changes the store: takes `KEY` and `DRYRUN`, is refused on followers.
    package static let write = CommandFlags(rawValue: 1 << 0)
    /// Reads the store: takes `AFTER`, has a point in time.
    package static let read = CommandFlags(rawValue: 1 << 1)
    /// Touches nothing but the connection or the process.
    package static let local = CommandFlags(rawValue: 1 << 2)
    /// May examine many rows: behind own unanswered writes it waits until they are durable.
    package static let list = CommandFlags(rawValue: 1 << 3)
    /// May wait for something: refused inside `MULTI`.
    package static let blocking = CommandFlags(rawValue: 1 << 4)
    /// Refused inside `MULTI` for another reason.
    package static let noTransaction = CommandFlags(rawValue: 1 << 5)
    /// May be sent before log-in.
    package static let anonymous = CommandFlags(rawValue: 1 << 6)
    /// Arguments hold a secret: shown redacted in `MONITOR`, `SLOWLOG` and logs.
    package static let secret = CommandFlags(rawValue: 1 << 7)
    /// Works while a full disk refuses writes.
    package static let always = CommandFlags(rawValue: 1 << 8)
    /// Decides like a write and needs the ledger's thread, but writes nothing (quotes).
    package static let decides = CommandFlags(rawValue: 1 << 9)
    /// A write that reads rows which only the database has: what was decided is written first.
    package static let stored = CommandFlags(rawValue: 1 << 11)
    /// A write that a feature checks on a thread of its own before it is decided.
    package static let checked = CommandFlags(rawValue: 1 << 12)
    /// The one read that is answered from memory where the row there is durable.
    package static let level = CommandFlags(rawValue: 1 << 10)
}

/// Where the ids that a command is about stand among its words, as `COMMAND GETKEYS` tells them.
package struct KeyArguments: Sendable {
    /// The first word that is an id; 0: none.
    package let first: Int
    /// The last one; negative counts from the end.
    package let last: Int
    package let step: Int

    package init(_ first: Int, _ last: Int, _ step: Int = 1) {
        self.first = first
        self.last = last
        self.step = step
    }

    package static let none = KeyArguments(0, 0, 0)
}

/// One row of the command table: all that the edges, `COMMAND`, `HELP`, permissions and the manual
/// know about a command. A class, so that looking at a row copies nothing.
package final class CommandSpec: Sendable {
    /// Its words in capitals, such as `TRADE CREATE`.
    package let name: String
    /// The fewest and most words a request may have, its name's words included.
    package let words: ClosedRange<Int>
    package let flags: CommandFlags
    package let role: Role
    package let group: CommandGroup
    /// The arguments as the manual shows them.
    package let syntax: String
    /// One line.
    package let summary: String
    package let keys: KeyArguments
    package let handler: Handler
    /// How a request is made of words, read from `syntax`.
    let grammar: RequestGrammar

    /// Decides a write on the ledger's thread: appends events to the transaction and a reply.
    package typealias WriteHandler =
        @Sendable (borrowing ArgumentVector, Transaction, Reply) throws(CommandError) -> Void
    /// Answers a read from a view, on whatever thread holds it.
    package typealias ReadHandler =
        @Sendable (borrowing ArgumentVector, ReadContext, Reply) throws(CommandError) -> Void

    package enum Handler: Sendable {
        /// `verb` goes into the cause of the events; nil for quotes.
        case write(CommandVerb?, WriteHandler)
        case read(ReadHandler)
        /// The edge answers: the command is about the connection or the server process.
        case session(SessionCommand)
        /// A feature answers on a thread of its own (`FeatureCommands`).
        case feature
    }

    package init(
        _ name: String, words: ClosedRange<Int>, _ flags: CommandFlags, _ role: Role,
        _ group: CommandGroup, _ syntax: String, _ summary: String,
        keys: KeyArguments = .none, _ handler: Handler
    ) {
        self.name = name
        self.words = words
        self.flags = flags
        self.role = role
        self.group = group
        self.syntax = syntax
        self.summary = summary
        self.keys = keys
        self.handler = handler
        grammar = RequestGrammar(name: name, syntax: syntax)
    }

    /// Redis's way to give the number of words: exact, or negative for "at least".
    package var arity: Int {
        words.lowerBound == words.upperBound ? words.lowerBound : -words.lowerBound
    }
}

/// The chapters of the command manual.
package enum CommandGroup: String, Sendable, CaseIterable {
    case connection
    case server
    case catalog
    case inventory
    case trade
    case cargo
    case plugin
    case account
    case events
    case transactions
}

/// Commands that the edge answers by itself; the edge switches over all of them.
package enum SessionCommand: Sendable, CaseIterable {
    case ping, echo, hello, auth, select, output, quit, reset, time, timeAccept
    case clientID, clientGetName, clientSetName, clientSetInfo, clientList, clientKill
    case clientNoTouch, clientNoEvict, clientReply, clientInfo
    case command, commandCount, commandList, commandInfo, commandDocs, commandGetKeys, help
    case info, configGet, configSet, configRewrite, configResetStat, dbSize, role
    case slowlogGet, slowlogLen, slowlogReset
    case latencyHistogram, latencyLatest, latencyReset, memoryUsage, monitor, audit, shutdown
    case multi, exec, discard, watch, unwatch
    case subscribe, psubscribe, unsubscribe, punsubscribe
    case xlen, xrange, xrevrange, xread, xinfoStream, xinfoGroups, xinfoConsumers
    case xgroupCreate, xgroupSetID, xgroupDestroy, xgroupCreateConsumer, xgroupDelConsumer
    case xreadgroup, xack, xpending, xclaim, xautoclaim, xadd, xdel, xtrim
    case key, after, dryRun
}
