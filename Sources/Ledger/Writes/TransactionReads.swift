import Basics
import Crypto
import Domain
import RocksDB
import Storage

/// Reads inside `MULTI`: they see the writes before them in the same transaction, lists and the
/// past too.
///
/// What the transaction has decided is encoded once, as it would be stored, into a batch that lies
/// over the database; any read works on the view of both. Threading: the ledger's thread only.
final class TransactionReads {
    private let batch: IndexedBatch
    private var form: StoredForm
    private var hasher: SHA256
    private var value = ByteBuffer(capacity: 4_096)
    /// The last event that lies in the batch.
    private var seq: UInt64

    /// The store as `transaction` has left it so far.
    ///
    /// - Parameter base: what was written last.
    /// - Throws: where the store cannot be read.
    static func view(
        over base: ReadView, _ transaction: Transaction
    ) throws(StorageError) -> ReadView {
        let reads: TransactionReads
        if let present = transaction.reads {
            reads = present
        } else {
            reads = try TransactionReads(base)
        }
        transaction.reads = reads
        return try reads.view(over: base, transaction)
    }

    private init(_ view: ReadView) throws(StorageError) {
        batch = IndexedBatch(view.database)
        form = StoredForm(identitySeed: view.identitySeed)
        do throws(CryptoError) { hasher = try SHA256() } catch {
            throw .invariant(error.message)
        }
        seq = view.head.seq
    }

    /// Cost: that of encoding what was decided since the last call.
    private func view(over base: ReadView, _ transaction: Transaction) throws(StorageError)
        -> ReadView
    {
        let events = transaction.events
        var head = base.head
        let (first, count) = (events.first?.seq ?? 0, UInt32(clamping: events.count))
        for var event in events {
            (event.first, event.count) = (first, count)
            (head.seq, head.time) = (event.seq, event.time)
            if event.seq > seq { try put(event) }
        }
        seq = max(seq, head.seq)
        return ReadView(
            database: base.database, snapshot: nil, names: base.names, head: head,
            history: base.history, identitySeed: base.identitySeed, overlay: batch)
    }

    private func put(_ event: Event) throws(StorageError) {
        value.removeAll(keeping: 1 << 20)
        EventCodec.encode(event, into: &value)
        // Nobody follows the chain of what is not written: only the checksum counts.
        do throws(CryptoError) {
            _ = try StoredEvent.seal(
                &value, seq: event.seq, previousChain: Digest128(), hasher: &hasher)
        } catch { throw .invariant(error.message) }
        do throws(RocksDBError) {
            try batch.put(
                Keyspace.events.family, StoreKey.event(event.seq).bytes, value.array.span)
            try event.forEachChange { (change) throws(RocksDBError) in
                // What takes rows away never runs inside MULTI.
                if change.isRemoval { return }
                let (keyspace, key) = form.encode(change, time: event.time)
                try batch.put(keyspace.family, key.bytes, form.value.array.span)
            }
        } catch { throw StorageError(error) }
    }
}
