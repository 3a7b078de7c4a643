import Basics
import Domain
import Storage
import Testing

/// The bytes on disk. A test that fails here has found a change of the format: old stores would be
/// read wrongly, so the schema number must rise and the old form must stay readable.
@Suite("Stored bytes") struct GoldenTests {
    @Test func everyRecordAndEvent() {
        #expect(CodecCase.all.map(\.name) == Self.golden.map(\.name))
        for (sample, golden) in zip(CodecCase.all, Self.golden) {
            #expect(hexadecimal(sample.bytes) == golden.bytes, "\(sample.name)")
        }
    }

    /// The sizes that the store's growth is reckoned with.
    @Test func typicalSizes() {
        let sizes = Dictionary(
            uniqueKeysWithValues: CodecCase.all.map { ($0.name, $0.bytes.count) })
        #expect(sizes["trade"] == 62)
        #expect(sizes["shipment"] == 60)
        #expect(sizes["stock"] == 9)
        #expect(sizes["trade.initiated"] == 144)
        #expect(sizes["shipment.created"] == 87)
    }

    private static let golden =
        records + FeatureGolden.records + AccountGolden.records + events + FeatureGolden.events
        + AccountGolden.events

    private static let records: [(name: String, bytes: String)] = [
        (
            "trade",
            """
            010a186f726465722d323032362d31312d32302d303030303034321080f8b2e5bd68280130023a07\
            0807100518e20942024352620208016a056c6f63616c
            """
        ),
        (
            "full trade",
            """
            011080f8b2e5bd6818c0a907206428ac0230ffffffff0f3a04080110023a1208ffffffff0f10ffff\
            ffffffffffff7f18014208414243444546474848045003580262070809100218c03e620210036a01\
            617210504f2d3720e2869220e2809c78e2809d7a077b2261223a317d8001c0ee6d8801ffefb25298\
            0105a201026869
            """
        ),
        (
            "shipment",
            """
            011080f8b2e5bd68200132186f726465722d323032362d31312d32302d3030303030343238014002\
            4a040807100560c096b102688827708090e4c004
            """
        ),
        (
            "full shipment",
            """
            010a03632d311080f8b2e5bd6818322003280238ac0240ffffffff0f4a080809100a180320015003\
            580160ffffffffffffffff7f68ffffffffffffffff7f70d00f78048001cf0f8a0118000000000000\
            f83f00000000000000c00000000000000000900114980128a1010102030405060708
            """
        ),
        (
            "stock",
            "0108e3071014489208"
        ),
        (
            "full stock",
            """
            0108ffffffffffffffff7f100118800120ac0228003080800138004202435248ffffffffffffffff\
            ff0150015801
            """
        ),
        (
            "station",
            """
            01080112066c756e612d311a044c756e61200328093218000000000000f83f00000000000000c000\
            00000000000000380242087b226b223a5b5d7d4880f8b2e5bd68500258026001
            """
        ),
        (
            "item",
            """
            010807120577617465721a055761746572220548e282824f2a0372617732017438c0843d40e80748\
            e20952024352580262027b7d68037001
            """
        ),
        (
            "ship",
            """
            010804120361726b1a0341726b20c0a8a50428a846300238014218000000000000f83f0000000000\
            0000c000000000000000004a02080c4a04080d100150fa01580160056801
            """
        ),
        (
            "currency",
            "010a0345555212044575726f180220062801"
        ),
        (
            "rate",
            "010a0243521203455552188094ebdc032080f8b2e5bd6828073001"
        ),
    ]

    private static let events: [(name: String, bytes: String)] = [
        (
            "trade.initiated",
            """
            010880f8b2e5bd68100220022a056c6f63616c3012420b080119efcdab896745230152401a3e010a\
            186f726465722d323032362d31312d32302d303030303034321080f8b2e5bd68280130023a070807\
            100518e20942024352620208016a056c6f63616c6215080110071a090108e3071014489208200928\
            093002620c080210071a060120054892086a05100228c413
            """
        ),
        (
            "shipment.created",
            """
            010880f8b2e5bd681014180120022a056c6f63616c30125a3e1a3c011080f8b2e5bd68200132186f\
            726465722d323032362d31312d32302d30303030303432380140024a040807100560c096b1026888\
            27708090e4c004
            """
        ),
        (
            "trade.cancelled",
            """
            010880f8b2e5bd681005180220ac022a056c6f63616c3a130a0573757267651203312e321a057072\
            6963654a10080312036b2d3119ffffffffffffffff52850110031a7f011080f8b2e5bd6818c0a907\
            206428ac0230ffffffff0f3a04080110023a1208ffffffff0f10ffffffffffffffff7f1801420841\
            4243444546474848045003580262070809100218c03e620210036a01617210504f2d3720e2869220\
            e2809c78e2809d7a077b2261223a317d8001c0ee6d8801ffefb252980105a20102686920016a3f08\
            011001180520002801320e08880e1203455552188094ebdc033a230a0573757267651203312e321a\
            046275737922077b226e223a317d285432046c61746572076e6f2073686970
            """
        ),
        (
            "shipment.received",
            """
            010880f8b2e5bd68101b2a056c6f63616c301d52421a3e010a186f726465722d323032362d31312d\
            32302d303030303034321080f8b2e5bd68280130023a070807100518e20942024352620208016a05\
            6c6f63616c20015a7910011a72010a03632d311080f8b2e5bd6818322003280238ac0240ffffffff\
            0f4a080809100a180320015003580160ffffffffffffffff7f68ffffffffffffffff7f70d00f7804\
            8001cf0f8a0118000000000000f83f00000000000000c00000000000000000900114980128a10101\
            02030405060708208b08624908ac0210ffffffff0f1a2e0108ffffffffffffffff7f100118800120\
            ac0228003080800138004202435248ffffffffffffffffff015001580120910828feffffffffffff\
            ffff013004720573686f72747a4b1a46010804120361726b1a0341726b20c0a8a50428a846300238\
            014218000000000000f83f00000000000000c000000000000000004a02080c4a04080d100150fa01\
            580160056801208d0882010c08091003180122046c65616b82010208098a01270a18000000000000\
            f83f00000000000000c000000000000000001204676174651880f8b2e5bd68900101
            """
        ),
        (
            "inventory.adjusted",
            """
            010880f8b2e5bd68102a2a056c6f63616c300e6213080110071a090108e307101448920828053005\
            7205636f756e74980105
            """
        ),
        (
            "station.changed",
            """
            010880f8b2e5bd68103d2a056c6f63616c3002a2014801080112066c756e612d311a044c756e6120\
            0328093218000000000000f83f00000000000000c00000000000000000380242087b226b223a5b5d\
            7d4880f8b2e5bd68500258026001aa014801080112066c756e612d311a044c756e61200328093218\
            000000000000f83f00000000000000c00000000000000000380242087b226b223a5b5d7d4880f8b2\
            e5bd68500258026001
            """
        ),
        (
            "item.added",
            """
            010880f8b2e5bd6810402a056c6f63616c3005aa0138010807120577617465721a05576174657222\
            0548e282824f2a0372617732017438c0843d40e80748e20952024352580262027b7d68037001
            """
        ),
        (
            "ship.tracked",
            """
            010880f8b2e5bd6810442a056c6f63616c30095a4208071a3c011080f8b2e5bd68200132186f7264\
            65722d323032362d31312d32302d30303030303432380140024a040807100560c096b10268882770\
            8090e4c00420075a4208071a3c011080f8b2e5bd68200132186f726465722d323032362d31312d32\
            302d30303030303432380140024a040807100560c096b102688827708090e4c004200772026f6ba2\
            0146010804120361726b1a0341726b20c0a8a50428a846300238014218000000000000f83f000000\
            00000000c000000000000000004a02080c4a04080d100150fa01580160056801aa01460108041203\
            61726b1a0341726b20c0a8a50428a846300238014218000000000000f83f00000000000000c00000\
            0000000000004a02080c4a04080d100150fa01580160056801
            """
        ),
        (
            "currency.added",
            "010880f8b2e5bd6810452a056c6f63616c300aaa0112010a0345555212044575726f180220062801"
        ),
        (
            "rate.set",
            """
            010880f8b2e5bd6810462a056c6f63616c300baa011b010a0243521203455552188094ebdc032080\
            f8b2e5bd6828073001b00101
            """
        ),
        (
            "system.started",
            "010880f8b2e5bd68105a2a056c6f63616cba0105302e312e30"
        ),
        (
            "system.promoted",
            "010880f8b2e5bd68105b2a056c6f63616cc201026832ca01026831d0018407"
        ),
        (
            "system.digest",
            "010880f8b2e5bd68105c2a056c6f63616cda01100000000000000001ffffffffffffffff"
        ),
        (
            "system.time_accepted",
            "010880f8b2e5bd68105d2a056c6f63616ce0018fb907"
        ),
    ]
}
