import Basics
import Domain
import Plugins
import System

/// A file of exported events, one JSON object per line, as a back-test reads it: from the beginning
/// to the end, and now and then an earlier line again.
///
/// Memory: two pieces of the file and 16 bytes for each 256 KiB of it. One thread.
final class EventLines {
    private let file: FileHandle
    private let path: String
    /// Bytes.
    let size: Int
    /// Where some events stand, in order.
    private var marks: [(seq: UInt64, offset: Int)] = []

    private static let pieceBytes = 1 << 20
    private static let markBytes = 256 << 10

    init(path: String) throws(ClientError) {
        self.path = path
        do throws(SystemError) {
            file = try FileHandle(path: path, mode: .read)
            if try !file.isRegular() { throw SystemError(number: 22, operation: "read \(path)") }
            size = try file.size()
        } catch { throw ClientError(error) }
    }

    /// Gives the lines from an offset on to `body`, until it says false.
    private func forEachLine<Failure: Error>(
        from start: Int, _ body: (Span<UInt8>, _ offset: Int) throws(Failure) -> Bool
    ) throws(LineError<Failure>) {
        var bytes = ByteBuffer(capacity: Self.pieceBytes)
        var offset = start
        var isLast = false
        while !isLast || !bytes.isEmpty {
            if !isLast {
                do throws(SystemError) {
                    let got = try file.read(
                        into: &bytes, at: offset + bytes.count, count: Self.pieceBytes)
                    isLast = got < Self.pieceBytes
                } catch { throw .file(ClientError(error)) }
            }
            var taken = 0
            var position = 0
            while position < bytes.count {
                if bytes[position] != UInt8(ascii: "\n") && !(isLast && position + 1 == bytes.count)
                {
                    position += 1
                    continue
                }
                let end = bytes[position] == UInt8(ascii: "\n") ? position : position + 1
                if end > taken {
                    let goesOn: Bool
                    do throws(Failure) {
                        goesOn = try body(bytes.bytes.extracting(taken..<end), offset + taken)
                    } catch { throw .body(error) }
                    if !goesOn { return }
                }
                position += 1
                taken = position
            }
            bytes.removeFirst(taken)
            offset += taken
            if bytes.count > EventReader.maximumBytes {
                throw .file(.file(path, "a line has more than 64 MiB"))
            }
        }
    }

    private enum LineError<Failure: Error>: Error {
        case file(ClientError)
        case body(Failure)
    }

    /// Gives a back-test all events.
    ///
    /// - Parameter progress: gets the bytes done, now and then.
    func walk(_ backtest: Backtest, progress: (Int) -> Void) throws(ClientError) {
        let reader = EventReader(market: backtest.market)
        var number = 0
        var last: UInt64 = 0
        var marked = -Self.markBytes
        do throws(LineError<ClientError>) {
            try forEachLine(from: 0) { (line, offset) throws(ClientError) in
                number += 1
                let event: Event?
                do throws(EventDocumentError) { event = try reader.event(line) } catch {
                    throw .file(path, "line \(number): \(error.message)")
                }
                guard let event else {
                    backtest.passOver()
                    return true
                }
                if event.seq <= last {
                    throw .file(
                        path,
                        "line \(number): event \(event.seq) comes behind event \(last), "
                            + "a log has them in order")
                }
                last = event.seq
                if offset - marked >= Self.markBytes {
                    marks.append((event.seq, offset))
                    marked = offset
                }
                progress(offset)
                do throws(BacktestError) { return try backtest.take(event) } catch {
                    throw ClientError(error.message)
                }
            }
        } catch {
            switch error {
            case .file(let error), .body(let error): throw error
            }
        }
    }

    /// The line of an event that was read before.
    func line(_ seq: UInt64) throws(EventDocumentError) -> ByteBuffer? {
        guard let mark = marks.last(where: { $0.seq <= seq }) else { return nil }
        var found: ByteBuffer?
        do throws(LineError<Never>) {
            try forEachLine(from: mark.offset) { (line, _) in
                guard let own = Self.seq(line) else { return true }
                if own == seq {
                    var kept = ByteBuffer(capacity: line.count)
                    kept.append(line)
                    found = consume kept
                }
                return own < seq
            }
        } catch {
            switch error {
            case .file(let error): throw EventDocumentError(error.message)
            }
        }
        return found
    }

    /// The seq with which an exported event begins; nil for another line.
    private static func seq(_ line: Span<UInt8>) -> UInt64? {
        let head = "{\"seq\":".utf8.span
        if line.count <= head.count || !line.extracting(0..<head.count).equals(head) { return nil }
        var seq: UInt64 = 0
        var position = head.count
        while position < line.count, line[position] &- 0x30 <= 9 {
            let (product, overflow) = seq.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(line[position] - 0x30))
            if overflow || sumOverflow { return nil }
            seq = sum
            position += 1
        }
        return position > head.count ? seq : nil
    }
}
