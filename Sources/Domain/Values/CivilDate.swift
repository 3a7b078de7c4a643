/// A day of the proleptic Gregorian calendar, in pure integer arithmetic (the year starts in March,
/// so that the leap day is its last).
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter days: since 1970-01-01, within years 0000–9999.
    ///
    /// Neri and Schneider's division by multiplication ("Euclidean affine functions and their
    /// application to calendar algorithms", 2022), shifted by one era so that no day is negative.
    init(daysSince1970 days: Int) {
        let quarterDays = 4 * UInt32(truncatingIfNeeded: days + 865_565) + 3
        let century = quarterDays / 146_097
        let dayOfCentury = quarterDays % 146_097 / 4
        let product = 2_939_745 * UInt64(4 * dayOfCentury + 3)
        let yearOfCentury = UInt32(truncatingIfNeeded: product >> 32)
        let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
        let packed = 2_141 * dayOfYear + 197_913
        let isAfterDecember = dayOfYear >= 306
        year = Int(100 * century + yearOfCentury) - 400 + (isAfterDecember ? 1 : 0)
        month = Int(packed >> 16) - (isAfterDecember ? 12 : 0)
        day = Int((packed & 0xffff) / 2_141) + 1
    }

    var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Whether the calendar has this day.
    var exists: Bool {
        if month < 1 || month > 12 || day < 1 { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return day <= (isLeap ? 29 : 28)
        case 4, 6, 9, 11: return day <= 30
        default: return day <= 31
        }
    }
}
