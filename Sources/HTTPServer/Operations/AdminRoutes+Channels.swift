import Basics
import HTTPCore
import JSON

/// `/admin/channels`, `/admin/deliveries`: what the commands of `CHANNEL` do.
extension RouteTable {
    static let channelRoutes: [Route] = channelRecords + channelWork + deliveryRoutes

    private static let channelRecords: [Route] = [
        Route(
            .get, "/admin/channels", .admin, command: "CHANNEL LIST", "Lists the channels by name.",
            query: [limit, cursor(.ids)], answer: .page, schema: "ChannelPage",
            .command(plain("CHANNEL LIST"))),
        Route(
            .post, "/admin/channels", .admin, command: "CHANNEL ADD", "Adds a channel for notices.",
            body: AdminBodies.channel, answer: .created("/admin/channels/"), schema: "Channel",
            example: "{\"id\":\"ops\",\"kind\":\"webhook\",\"url\":\"https://example.org/hook\"}",
            .command(
                action("CHANNEL ADD") { (input, words) throws(Problem) in
                    words.append(input.body["id"]?.string ?? "")
                    words.appendOption("KIND", input.body["kind"])
                    try AdminBodies.channelOptions(input, clears: false, &words)
                })),
        Route(
            .get, "/admin/channels/{id}", .admin, command: "CHANNEL GET", "Shows a channel.",
            notes: "`secrets` says only how many there are.", answer: .record("channel"),
            schema: "Channel", .command(plain("CHANNEL GET"))),
        Route(
            .patch, "/admin/channels/{id}", .admin, command: "CHANNEL SET", "Changes a channel.",
            notes: "A JSON merge patch: null clears, what is absent stays.",
            body: AdminBodies.channelPatch, answer: .changed, schema: "Channel",
            example: "{\"status\":\"enabled\"}",
            .command(
                action("CHANNEL SET", read: "CHANNEL GET") { (input, words) throws(Problem) in
                    try AdminBodies.channelOptions(input, clears: true, &words)
                })),
        Route(
            .delete, "/admin/channels/{id}", .admin, command: "CHANNEL REMOVE",
            "Removes a channel with what it has queued.", answer: .changed, schema: "Channel",
            .command(action("CHANNEL REMOVE", read: "CHANNEL GET"))),
    ]

    private static let channelWork: [Route] = [
        Route(
            .post, "/admin/channels/{id}/routes", .admin, command: "CHANNEL ROUTE",
            "Sends events of a type through a channel.", body: AdminBodies.route, answer: .changed,
            schema: "Channel", example: "{\"pattern\":\"shipment.delayed\"}",
            .command(
                action("CHANNEL ROUTE", read: "CHANNEL GET") { (input, words) throws(Problem) in
                    AdminBodies.routeOptions(input, &words)
                })),
        Route(
            .post, "/admin/channels/{id}/unroute", .admin, command: "CHANNEL UNROUTE",
            "Ends a route.", body: AdminBodies.route, answer: .changed, schema: "Channel",
            example: "{\"pattern\":\"shipment.delayed\"}",
            .command(
                action("CHANNEL UNROUTE", read: "CHANNEL GET") { (input, words) throws(Problem) in
                    AdminBodies.routeOptions(input, &words)
                })),
        Route(
            .post, "/admin/channels/{id}/test", .admin, command: "CHANNEL TEST",
            "Sends a test notice through a channel.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .document, schema: "ChannelTest",
            .command(plain("CHANNEL TEST"))),
    ]

    private static let deliveryRoutes: [Route] = [
        Route(
            .get, "/admin/deliveries", .admin, command: "CHANNEL DELIVERIES",
            "Lists a channel's notices and their fate.",
            query: [
                QueryField("channel", .id, required: true, "Whose."),
                QueryField("dead", .flag, option: "DEAD", "The dead-letter list."), limit,
                cursor(.records("d", reversible: false)),
            ], answer: .page, schema: "DeliveryPage",
            .command(
                action("CHANNEL DELIVERIES") { (input, words) throws(Problem) in
                    words.append(input.query["channel"] ?? "")
                    try input.query.append(to: &words)
                })),
        Route(
            .post, "/admin/deliveries/{channel}/{id}/redeliver", .admin,
            command: "CHANNEL REDELIVER", "Tries a notice again from the beginning.",
            notes: "`id` is the notice's `sequence` or its `id`.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .changed, schema: "Delivery",
            .command(plain("CHANNEL REDELIVER"))),
        Route(
            .delete, "/admin/deliveries/{channel}/{id}", .admin, command: "CHANNEL DROP",
            "Gives a notice up.", notes: "`id` is the notice's `sequence` or its `id`.",
            answer: .changed, schema: "Delivery", .command(plain("CHANNEL DROP"))),
    ]
}
