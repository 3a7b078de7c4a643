import Basics
import System

/// Refuses writes before the disk is full: a database that meets a full disk does not survive it.
final class SpaceWatch {
    private let directory: String
    private let floorBytes: UInt64
    private let floorPercent: UInt64
    /// Set while writes are refused.
    private(set) var refusal: CommandError?

    init(directory: String, limits: Limits) {
        self.directory = directory
        floorBytes = UInt64(clamping: limits.freeSpaceFloorBytes)
        floorPercent = UInt64(clamping: limits.freeSpaceFloorPercent)
        check()
    }

    /// Looks at the disk; the refusal comes and goes with its free space.
    func check() {
        guard let space = try? FreeSpace.bytes(directory) else { return }
        let floor = max(floorBytes, space.total / 100 * floorPercent)
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
