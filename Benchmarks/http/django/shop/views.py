"""The same trade as the other peers do it, in one database transaction."""
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Event, Item, Shipment, Stock, Trade


class TradeRequest(serializers.Serializer):
    seller = serializers.IntegerField(min_value=0)
    buyer = serializers.IntegerField(min_value=0)
    item = serializers.IntegerField(min_value=0)
    quantity = serializers.IntegerField(min_value=1)
    key = serializers.CharField(max_length=64)


class TradeReply(serializers.ModelSerializer):
    class Meta:
        model = Trade
        fields = ["id", "key", "seller", "buyer", "item", "quantity", "unit_price", "total", "currency",
                  "status", "created"]


class StockReply(serializers.ModelSerializer):
    class Meta:
        model = Stock
        fields = ["item", "on_hand", "incoming"]


def book(order):
    """The trade, or nothing where the seller has too little."""
    stations = [order["seller"], order["buyer"]]
    with transaction.atomic():
        rows = {row.station_id: row for row in Stock.objects.select_for_update().filter(
            station_id__in=stations, item_id=order["item"]).order_by("station_id")}
        seller, buyer = (rows.get(station) for station in stations)
        if seller is None or buyer is None or seller.on_hand < order["quantity"]:
            return None
        base = Item.objects.get(pk=order["item"]).base_price
        unit = base + base * 1000 // (1000 + seller.on_hand)
        Stock.objects.filter(pk=seller.pk).update(on_hand=F("on_hand") - order["quantity"])
        Stock.objects.filter(pk=buyer.pk).update(incoming=F("incoming") + order["quantity"])
        trade = Trade.objects.create(
            key=order["key"], seller_id=order["seller"], buyer_id=order["buyer"], item_id=order["item"],
            quantity=order["quantity"], unit_price=unit, total=unit * order["quantity"])
        Shipment.objects.create(trade=trade, origin_id=order["seller"], destination_id=order["buyer"],
                                eta=timezone.now() + timedelta(days=7))
        Event.objects.create(type="trade.initiated", payload={**order, "trade": trade.pk, "unit": unit,
                                                              "total": trade.total, "before": seller.on_hand})
        return trade


class TradeView(APIView):
    def post(self, request):
        asked = TradeRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        order = asked.validated_data
        known = Trade.objects.filter(key=order["key"]).first()
        if known:
            return Response(TradeReply(known).data)
        try:
            trade = book(order)
        except IntegrityError:
            return Response(TradeReply(Trade.objects.get(key=order["key"])).data)
        if trade is None:
            return Response({"error": "not enough on hand"}, status=409)
        return Response(TradeReply(trade).data, status=201)


class StationView(APIView):
    def get(self, request, station):
        rows = Stock.objects.filter(station_id=station).order_by("item_id")
        return Response(StockReply(rows, many=True).data)
