"""WingMQ in tests: starts a broker, calls it, steers it."""

from .broker import WingMq, start, unwrap
from .wire import WingMqError, sign

__all__ = ["WingMq", "WingMqError", "sign", "start", "unwrap"]
