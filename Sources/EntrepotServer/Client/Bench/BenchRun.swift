import Basics
import Connections
import EventLoop
import Glibc
import System

/// One measurement: all connections on one thread.
final class BenchRun {
    let options: BenchOptions
    let loop: EventLoop
    /// Whether the time is over: replies still come, requests no longer go.
    private(set) var isDraining = false

    private var load: BenchLoad
    private var connections: [BenchConnection] = []
    private var input = ByteBuffer(capacity: 256 << 10)
    private var isMeasuring = false
    private var report: BenchReport
    private var began: UInt64 = 0
    private var tradesBefore = 0
    private var diskBefore: Int?
    private let folder: String?
    private var failure: String?

    private static let warmUpMilliseconds: UInt64 = 1_000
    private static let drainMilliseconds: UInt64 = 5_000

    init(
        _ options: BenchOptions, names: BenchNames, folder: String?
    ) throws(ClientError) {
        self.options = options
        self.folder = folder
        do throws(SystemError) { loop = try EventLoop() } catch { throw ClientError(error) }
        report = BenchReport(options)
        // Another id in every run, whatever the seed.
        let moment = UInt64(bitPattern: loop.clock.wallMilliseconds())
        var mixer = BenchRandom(
            seed: moment &* 1_000_003 ^ loop.clock.monotonicNanoseconds() ^ UInt64(getpid()) << 40)
        load = BenchLoad(options, names: names, idSeed: mixer.next())
    }

    /// Connects, warms up, measures.
    func run(_ server: ServerOptions) throws(ClientError) -> BenchReport {
        for _ in 0..<options.connections { try connect(server) }
        do throws(SystemError) {
            for connection in connections { try connection.register(on: loop) }
            loop.schedule(afterMilliseconds: Self.warmUpMilliseconds) { self.beginMeasuring() }
            for connection in connections { try connection.sendBatch() }
            try loop.run()
        } catch { throw ClientError(error) }
        if let failure { throw ClientError(failure) }
        return report
    }

    private func connect(_ server: ServerOptions) throws(ClientError) {
        let transport = try ServerConnection.open(server).release()
        do throws(SystemError) {
            connections.append(try BenchConnection(transport, self))
        } catch { throw ClientError(error) }
    }

    private func beginMeasuring() {
        isMeasuring = true
        report.histogram = BenchHistogram()
        tradesBefore = load.trades
        diskBefore = folder.map { FolderSize.bytes($0) }
        began = loop.clock.monotonicNanoseconds()
        loop.schedule(afterMilliseconds: UInt64(options.seconds) * 1_000) { self.endMeasuring() }
    }

    private func endMeasuring() {
        report.seconds = Double(loop.clock.monotonicNanoseconds() &- began) / 1e9
        isMeasuring = false
        isDraining = true
        let trades = load.trades - tradesBefore
        if let diskBefore, let folder, trades > 0 {
            let grown = Double(FolderSize.bytes(folder) - diskBefore)
            report.diskBytesPerTrade = grown / Double(trades)
        }
        loop.schedule(afterMilliseconds: Self.drainMilliseconds) { self.loop.stop() }
        loop.beforeSleep = {
            if self.connections.allSatisfy({ $0.owed == 0 }) { self.loop.stop() }
        }
    }

    // MARK: From the connections

    func appendBatch(to output: inout ByteBuffer) {
        for _ in 0..<options.pipeline { load.append(to: &output) }
    }

    /// Reads what has arrived and counts its replies; false where there was nothing.
    func read(
        _ transport: inout Transport, into scanner: inout ReplyScanner
    ) throws(SystemError) -> Bool {
        input.removeAll()
        switch try transport.read(into: &input, maximum: 256 << 10) {
        case .bytes:
            scanner.scan(input)
            return true
        case .wouldBlock: return false
        case .closed:
            fail("the server closed a connection")
            return false
        }
    }

    func record(_ count: Int, errors: Int, nanoseconds: UInt64, firstError: [UInt8]) {
        if errors > 0 && report.firstError == nil {
            report.firstError = String(decoding: firstError, as: UTF8.self)
        }
        report.allOperations += count
        if !isMeasuring { return }
        report.operations += count
        report.errors += errors
        report.histogram.record(nanoseconds: nanoseconds, count: UInt64(count))
    }

    func fail(_ why: String) {
        if failure == nil { failure = why }
        loop.stop()
    }
}

/// The bytes of the files in a folder.
enum FolderSize {
    /// Files that come and go meanwhile are not counted.
    static func bytes(_ path: String) -> Int {
        guard let names = try? FileSystem.list(path) else { return 0 }
        var sum = 0
        for name in names {
            let inner = path + "/" + name
            switch try? FileSystem.kind(of: inner) {
            case .file: sum += (try? FileSystem.size(of: inner)) ?? 0
            case .folder: sum += bytes(inner)
            default: break
            }
        }
        return sum
    }
}
