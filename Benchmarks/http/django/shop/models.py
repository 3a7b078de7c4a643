"""The tables of the trade, as a Django project would have them."""
from django.db import models


class Station(models.Model):
    name = models.CharField(max_length=80)


class Item(models.Model):
    name = models.CharField(max_length=80)
    base_price = models.BigIntegerField()


class Stock(models.Model):
    station = models.ForeignKey(Station, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    on_hand = models.PositiveBigIntegerField()
    incoming = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "item"], name="one_row_per_item")]


class Trade(models.Model):
    key = models.CharField(max_length=64, unique=True)
    seller = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="sales")
    buyer = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="purchases")
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    total = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CR")
    status = models.CharField(max_length=16, default="booked")
    created = models.DateTimeField(auto_now_add=True)


class Shipment(models.Model):
    trade = models.OneToOneField(Trade, on_delete=models.PROTECT)
    origin = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, default="pending")
    eta = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["status", "eta"])]


class Event(models.Model):
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)
