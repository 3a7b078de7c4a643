from django.urls import path

from shop.views import StationView, TradeView

urlpatterns = [path("api/trades", TradeView.as_view()), path("api/inventory/<int:station>", StationView.as_view())]
