"""Drives a registry with confluent-kafka, the Python client of Confluent.

It takes the URL of an empty registry whose level is NONE, runs in
testdata/clients and prints its cases in the Test Anything Protocol.
"""

import json
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import serdes
import shop
from confluent_kafka.schema_registry import (
    AssociationCreateOrUpdateInfo,
    AssociationCreateOrUpdateRequest,
    ConfigCompatibilityLevel,
    Metadata,
    MetadataProperties,
    Rule,
    RuleKind,
    RuleMode,
    RuleParams,
    RuleSet,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    ServerConfig,
)
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext
from tap import Suite, equal

URL = sys.argv[1]
suite = Suite()


def client(url: str = URL) -> SchemaRegistryClient:
    """A client that remembers nothing yet."""
    return SchemaRegistryClient({"url": url, "max.retries": 0})


def refused(code: int, call: Callable[..., Any], *args: Any, **options: Any) -> None:
    try:
        answer = call(*args, **options)
    except SchemaRegistryError as err:
        equal((err.error_code, err.http_status_code), (code, code // 100))
    else:
        raise AssertionError(f"answered {answer!r}, want error_code {code}")


def subjects(kind: str) -> None:
    """Registers a schema and finds it again in every way."""
    subject, customer = f"subjects-{kind}-value", shop.schema(kind, "customer")

    @suite.case(f"{kind}: register")
    def _() -> None:
        made = client().register_schema_full_response(subject, customer)
        equal((made.version, made.schema.schema_str), (1, customer.schema_str))
        equal(len(made.guid), 36)
        equal(client().register_schema(subject, customer), made.schema_id)
        equal(client().register_schema(f"other-{subject}", customer), made.schema_id)

    @suite.case(f"{kind}: look up")
    def _() -> None:
        found = client().lookup_schema(subject, customer)
        equal((found.subject, found.version), (subject, 1))
        normalized = client().lookup_schema(subject, customer, normalize_schemas=True)
        equal(normalized.schema_id, found.schema_id)

    @suite.case(f"{kind}: look up what is not there")
    def _() -> None:
        c = client()
        refused(40403, c.lookup_schema, subject, shop.schema(kind, "customer-compatible"))
        refused(40401, c.lookup_schema, f"no-{subject}", customer)
        refused(40401, c.get_latest_version, f"no-{subject}")
        refused(40402, c.get_version, subject, 9)
        refused(42202, c.get_version, subject, 0)
        refused(40403, c.get_schema, 99999)
        refused(40403, c.get_schema_by_guid, "00000000-0000-0000-0000-000000000000")

    @suite.case(f"{kind}: read by id, GUID, version and latest")
    def _() -> None:
        made = client().get_latest_version(subject)
        equal(made, client().get_version(subject, 1))
        equal(made, client().get_version(subject))
        for got in (
            made.schema,
            client().get_schema(made.schema_id),
            client().get_schema(made.schema_id, subject),
            client().get_schema_by_guid(made.guid),
        ):
            equal((got.schema_str, got.schema_type), (customer.schema_str, kind))
        equal(client().get_subjects_by_schema_id(made.schema_id), [f"other-{subject}", subject])
        users = client().get_schema_versions(made.schema_id)
        equal([(u.subject, u.version) for u in users], [(f"other-{subject}", 1), (subject, 1)])

    @suite.case(f"{kind}: refuse what is no schema")
    def _() -> None:
        refused(42201, client().register_schema, subject, Schema("{nonsense", kind))


def versions(kind: str) -> None:
    """Deletes versions and subjects, softly and for good."""
    subject, first = f"versions-{kind}-value", shop.schema(kind, "customer")

    @suite.case(f"{kind}: delete a version")
    def _() -> None:
        c = client()
        schema_id = c.register_schema(subject, first)
        c.register_schema(subject, shop.schema(kind, "customer-compatible"))
        equal(c.get_versions(subject), [1, 2])
        refused(40407, c.delete_version, subject, 1, permanent=True)
        equal(c.delete_version(subject, 1), 1)
        refused(40406, c.delete_version, subject, 1)
        equal(c.get_versions(subject), [2])
        equal(c.get_versions(subject, deleted=True), [1, 2])
        refused(40402, client().get_version, subject, 1)
        equal(client().get_version(subject, 1, deleted=True).schema_id, schema_id)
        equal(client().get_schema(schema_id).schema_str, first.schema_str)
        refused(40403, client().lookup_schema, subject, first)
        equal(client().lookup_schema(subject, first, deleted=True).version, 1)

    @suite.case(f"{kind}: delete a subject")
    def _() -> None:
        c = client()
        refused(40405, c.delete_subject, subject, permanent=True)
        equal(c.delete_subject(subject), [2])
        refused(40404, c.delete_subject, subject)
        equal(subject in c.get_subjects(), False)
        equal(subject in c.get_subjects(deleted=True), True)
        equal(c.delete_subject(subject, permanent=True), [1, 2])
        refused(40401, c.get_versions, subject)


def compatibility(kind: str) -> None:
    """Asks and tries what may follow a schema."""
    subject = f"compatibility-{kind}-value"
    good, bad = shop.schema(kind, "customer-compatible"), shop.schema(kind, "customer-incompatible")

    @suite.case(f"{kind}: check compatibility")
    def _() -> None:
        c = client()
        c.register_schema(subject, shop.schema(kind, "customer"))
        c.set_compatibility(subject, "backward")
        for verbose in (False, True):
            equal(c.test_compatibility(subject, good, verbose=verbose), True)
            equal(c.test_compatibility(subject, bad, 1, verbose=verbose), False)
            equal(c.test_compatibility_all_versions(subject, good, verbose=verbose), True)
            equal(c.test_compatibility_all_versions(subject, bad, normalize=True), False)

    @suite.case(f"{kind}: refuse an incompatible schema")
    def _() -> None:
        refused(40901, client().register_schema, subject, bad)
        equal(client().register_schema_full_response(subject, good).version, 2)


def contracts(kind: str) -> None:
    """Sends references, metadata and rules beside the schema."""
    name, subject = shop.REFERENCE[kind], f"contracts-{kind}-value"

    @suite.case(f"{kind}: refer to a schema")
    def _() -> None:
        c = client()
        order = Schema(shop.text(kind, "order"), kind, [SchemaReference(name, name, 1)])
        refused(42201, c.register_schema, f"references-{kind}-value", order)
        c.register_schema(name, shop.schema(kind, "money"))
        schema_id = c.register_schema(f"references-{kind}-value", order)
        equal(client().get_schema(schema_id).references, order.references)
        equal(client().get_referenced_by(name, 1), [schema_id])
        refused(42206, c.delete_subject, name)

    @suite.case(f"{kind}: keep metadata and rules")
    def _() -> None:
        rule = Rule(
            "named", "A customer has a name.", RuleKind.CONDITION, RuleMode.WRITE, "CEL",
            ["PII"], RuleParams({"a": "b"}), "true", None, "ERROR", False,
        )  # fmt: skip
        customer = Schema(
            shop.text(kind, "customer"),
            kind,
            # No tags: the client fails to hash them, whatever the registry.
            metadata=Metadata(None, MetadataProperties({"owner": "shop"}), ["owner"]),
            rule_set=RuleSet([], [rule]),
        )
        schema_id = client().register_schema(subject, customer)
        got = client().get_schema(schema_id)
        equal(got.metadata, customer.metadata)
        equal(got.rule_set.domain_rules, [rule])
        equal(client().get_latest_with_metadata(subject, {"owner": "shop"}).schema_id, schema_id)
        refused(40403, client().get_latest_with_metadata, subject, {"owner": "bank"})


def settings() -> None:
    """Reads, writes and removes levels and modes."""
    customer = shop.schema("AVRO", "customer")

    @suite.case("config: global and of a subject")
    def _() -> None:
        c = client()
        equal(c.get_compatibility(), "NONE")
        c.set_compatibility(level="full_transitive")
        equal(c.get_config().compatibility_level, ConfigCompatibilityLevel.FULL_TRANSITIVE)
        c.set_compatibility(level="NONE")
        refused(40408, c.get_compatibility, "settings-value")
        config = ServerConfig(
            compatibility=ConfigCompatibilityLevel.FULL,
            compatibility_group="major",
            default_metadata=Metadata(None, MetadataProperties({"team": "shop"}), None),
        )
        c.set_config("settings-value", config)
        got = c.get_config("settings-value")
        equal((got.compatibility_level, got.compatibility_group), (config.compatibility, "major"))
        equal(got.default_metadata.properties, config.default_metadata.properties)
        refused(42203, c.set_compatibility, "settings-value", "sometimes")
        c.delete_config("settings-value")
        refused(40408, c.get_config, "settings-value")

    @suite.case("mode: global and of a subject")
    def _() -> None:
        c = client()
        equal(c.get_global_mode(), "READWRITE")
        refused(40409, c.get_mode, "mode-value")
        schema_id = c.register_schema("mode-value", customer)
        equal(c.update_mode("mode-value", "READONLY"), "READONLY")
        equal(c.get_mode("mode-value"), "READONLY")
        equal(client().register_schema("mode-value", customer), schema_id)
        refused(42205, client().register_schema, "mode-value", Schema('"long"'))
        equal(c.delete_mode("mode-value"), "READONLY")
        equal(c.update_global_mode("READONLY_OVERRIDE", force=True), "READONLY_OVERRIDE")
        refused(42205, client().register_schema, "mode-value", Schema('"long"'))
        equal(c.update_global_mode("READWRITE"), "READWRITE")
        refused(42204, c.update_global_mode, "SOMETIMES")

    @suite.case("lists: types, subjects and pages of them")
    def _() -> None:
        c = client()
        equal(sorted(c.get_schema_types()), ["AVRO", "JSON", "PROTOBUF"])
        for name in "abc":
            c.register_schema(f"page-{name}", customer)
        equal(c.get_subjects("page-"), ["page-a", "page-b", "page-c"])
        equal(c.get_subjects("page-", offset=1, limit=1), ["page-b"])
        equal(c.get_versions("page-a", offset=1), [])


def address(subject: str, customer: Schema) -> None:
    @suite.case(f"address: subject {subject}")
    def _() -> None:
        c = client()
        schema_id = c.register_schema(subject, customer)
        equal(c.get_latest_version(subject).subject, subject)
        equal(client().lookup_schema(subject, customer).schema_id, schema_id)
        equal(client().get_schema(schema_id, subject).schema_str, customer.schema_str)
        c.set_compatibility(subject, "FULL")
        equal(c.test_compatibility(subject, customer), True)
        equal(subject in c.get_subjects(), True)
        equal(c.update_mode(subject, "READWRITE"), "READWRITE")
        equal(c.delete_subject(subject), [1])


def addresses() -> None:
    """Calls subjects, contexts and the registry what people call them."""
    customer = shop.schema("AVRO", "customer")
    for subject in ("shop/orders-value", "100%-value", "größe-値段-☃", "a b+c", "a?b#c&d=e", "%2F-value", "a//b"):
        address(subject, customer)

    @suite.case("address: a slash at the end")
    def _() -> None:
        client(f"{URL}/").register_schema("slash-value", customer)
        equal(client(f"{URL}//").get_versions("slash-value"), [1])

    @suite.case("context: by a qualified subject")
    def _() -> None:
        equal(client().register_schema(":.lab:context-value", shop.schema("JSON", "customer")), 1)
        equal(client().get_schema(1, ":.lab:context-value").schema_str, shop.text("JSON", "customer"))
        equal(client().get_contexts(), [".", ".lab"])

    @suite.case("context: by the address of the registry")
    def _() -> None:
        c = client(f"{URL}/contexts/.lab")
        equal(c.register_schema("addressed-value", customer), 2)
        equal(c.get_subjects(), [":.lab:addressed-value", ":.lab:context-value"])


def associations() -> None:
    """Says which subject a topic has."""
    subject = "shared/customers"
    request = AssociationCreateOrUpdateRequest(
        "associated", "lkc-1", "lkc-1:associated", "topic", [AssociationCreateOrUpdateInfo(subject, "value", "WEAK")]
    )

    def ask(name: str, namespace: str) -> list[str]:
        found = client().get_associations_by_resource_name(name, namespace, "topic", ["value"])
        return [association.subject for association in found]

    @suite.case("association: none")
    def _() -> None:
        equal(ask("nothing", "-"), [])

    @suite.case("association: create and read")
    def _() -> None:
        refused(40907, client().create_association, request)
        client().register_schema(subject, shop.schema("AVRO", "customer"))
        equal(client().create_association(request).associations[0].subject, subject)
        equal(ask("associated", "lkc-1"), [subject])

    @suite.case("association: serialize with the subject of the topic")
    def _() -> None:
        schema_id = client().get_latest_version(subject).schema_id
        serdes.Trips(suite, client).trip("AVRO", "associated", serdes.LATEST, shop.RECORDS["customer"], None, schema_id)

    @suite.case("association: delete")
    def _() -> None:
        refused(40904, client().delete_subject, subject)
        client().delete_associations("lkc-1:associated", "topic", ["value"])
        equal(ask("associated", "lkc-1"), [])
        equal(client().delete_subject(subject), [1])


def strong_associations() -> None:
    """Makes associations as servers before 8.5 took them."""
    customer = shop.schema("AVRO", "customer")

    def create(name: str, *infos: AssociationCreateOrUpdateInfo) -> list[tuple[str, bool]]:
        request = AssociationCreateOrUpdateRequest(name, "lkc-1", f"lkc-1:{name}", "topic", list(infos))
        return [(made.lifecycle, made.frozen) for made in client().create_association(request).associations]

    @suite.case("association: strong on a subject that is there")
    def _() -> None:
        client().register_schema("strong-customers", customer)
        strong = AssociationCreateOrUpdateInfo("strong-customers", "value", "STRONG")
        weak = AssociationCreateOrUpdateInfo("strong-customers", "value", "WEAK")
        for _ in range(2):
            equal(create("strong", strong), [("STRONG", False)])
        refused(40904, create, "other", strong)
        refused(40905, create, "other", weak)
        refused(40903, create, "strong", weak)
        for _ in range(2):
            client().delete_associations("lkc-1:strong", "topic", ["value"])
        equal(client().get_versions("strong-customers"), [1])

    @suite.case("association: schemas that come along, one side frozen")
    def _() -> None:
        made = create(
            "frozen",
            AssociationCreateOrUpdateInfo("frozen-customers", "value", "STRONG", True, customer),
            AssociationCreateOrUpdateInfo("customer-keys", "key", schema=customer),
        )
        equal(made, [("STRONG", True), ("WEAK", False)])
        refused(40908, client().delete_associations, "lkc-1:frozen")
        client().delete_associations("lkc-1:frozen", cascade_lifecycle=True)
        refused(40401, client().get_versions, "frozen-customers")
        equal(client().get_versions("customer-keys"), [1])


def govern(subject: str, mode: str) -> None:
    """Sets the governance of a subject, of which Confluent's clients know nothing."""
    request = urllib.request.Request(
        f"{URL}/accord/v1/config/{subject}",
        json.dumps({"governance": mode}).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        equal(answer.status, 200)


def governance() -> None:
    """Brings a stream that nobody documented or owns, by hand and as a producer does."""
    subject, text = "governed-value", '{"type":"record","name":"Parcel","fields":[{"name":"weight","type":"int"}]}'

    def gaps(call: Callable[..., Any], *args: Any) -> None:
        refused(42290, call, *args)
        try:
            call(*args)
        except SchemaRegistryError as err:
            for gap in ("CONTRACT_MISSING: ", "DOC_MISSING at weight: ", f"accord config set {subject} --governance advise"):
                equal(gap in err.error_message, True)
            equal("42290" in str(err), True)

    def produce() -> bytes:
        serialize = serdes.serializer(client(), "AVRO", text, {})
        return serialize({"weight": 7}, SerializationContext("governed", MessageField.VALUE))

    @suite.case("governance: enforce refuses and names the gaps")
    def _() -> None:
        govern(subject, "enforce")
        gaps(client().register_schema, subject, Schema(text, "AVRO"))
        gaps(produce)
        refused(40401, client().get_versions, subject)

    @suite.case("governance: advise lets it pass")
    def _() -> None:
        govern(subject, "advise")
        equal(produce()[-1], 14)
        equal(client().get_versions(subject), [1])


for kind in shop.FORMATS:
    subjects(kind)
    versions(kind)
    compatibility(kind)
    contracts(kind)
settings()
addresses()
associations()
strong_associations()
governance()
serdes.run(suite, client)
suite.done()
