"""The schemas and records of an invented shop.

The files lie in testdata/clients/schemas, where every suite finds them from
its working directory testdata/clients.
"""

import json
import os
from pathlib import Path

from confluent_kafka.schema_registry import Schema
from confluent_kafka.schema_registry.confluent import meta_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from google.protobuf.message import Message

FORMATS = ("AVRO", "JSON", "PROTOBUF")

# How the schema "order" names the schema "money".
REFERENCE = {
    "AVRO": "shop.Money",
    "JSON": "https://shop.example/money.json",
    "PROTOBUF": "shop/money.proto",
}

# What shop/order.proto imports has to be in the pool before it.
_IMPORTED = (meta_pb2, timestamp_pb2)

_FILES = {"AVRO": "avro/{}.avsc", "JSON": "json/{}.json", "PROTOBUF": "protobuf/{}.proto"}

RECORDS = json.loads(Path("schemas/records.json").read_text())


def text(kind: str, name: str) -> str:
    """The text of a schema, such as "customer"."""
    if kind == "PROTOBUF" and name in ("order", "money"):
        name = f"shop/{name}"
    return Path("schemas", _FILES[kind].format(name)).read_text()


def schema(kind: str, name: str) -> Schema:
    return Schema(text(kind, name), kind)


def _pool() -> descriptor_pool.DescriptorPool:
    """The default pool with shop/order.proto and shop/money.proto in it."""
    pool = descriptor_pool.Default()
    files = Path(os.environ["ACCORD_TEST_CLIENTS"], "shop.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(files).file:
        if file.name.startswith("shop/"):
            pool.Add(file)
    return pool


_POOL = _pool()


def message(name: str) -> type[Message]:
    """The class of a message of shop/order.proto, such as "Order"."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"shop.{name}"))
