import Basics
import System

/// Refuses writes before the disk is full: a database that meets a full disk does not survive it.
final class SpaceWatch {
    private let directory: String
    /// The floor under which writes are refused.
    var limits: Limits
    /// Set while writes are refused.
    private(set) var refusal: CommandError?

    init(directory: String, limits: Limits) {
        self.directory = directory
        self.limits = limits
        check()
    }

    /// Looks at the disk; the refusal comes and goes with its free space.
    func check() {
        guard let space = try? FreeSpace.bytes(directory) else { return }
        let floor = max(
            UInt64(clamping: limits.freeSpaceFloorBytes),
            space.total / 100 * UInt64(clamping: limits.freeSpaceFloorPercent))
        if space.available >= floor {
            refusal = nil
            return
        }
        refusal = CommandError(
            .noSpace,
            "\(space.available >> 20) MiB are free where the data lies, writes need "
                + "\(floor >> 20) MiB (free_space_floor_bytes, free_space_floor_percent)")
    }
}
