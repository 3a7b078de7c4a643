"""Fills the tables: python seed.py STATIONS ITEMS STOCK"""
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from shop.models import Item, Station, Stock  # noqa: E402

stations, items, stock = map(int, sys.argv[1:])
Station.objects.bulk_create([Station(id=s, name=f"Station {s}") for s in range(stations)])
Item.objects.bulk_create([Item(id=i, name=f"Item {i}", base_price=500 + 37 * i) for i in range(items)])
Stock.objects.bulk_create([Stock(station_id=s, item_id=i, on_hand=stock)
                           for s in range(stations) for i in range(items)], batch_size=5000)
