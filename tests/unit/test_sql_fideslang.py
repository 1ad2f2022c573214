"""fideslang dataset files, read as they are: what they become, what is told, what is refused and where."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset as TheirDataset

from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import DatasetError
from troth.systems.sql.dataset import parse as parse_ours
from troth.systems.sql.fideslang import Imported, is_fideslang, parse, read
from troth.systems.sql.fideslang.categories import common, meaning
from troth.systems.sql.model import Column, Fixed, Hashed, Keep, Null, Random

CASES = Path(__file__).parents[1] / "cases/sql/fideslang"
SUFFIX = Random(random=Random.Settings(suffix="@erased.invalid"))


def _one(field: str, *, collection: str = "", more: str = "") -> Imported:
    """A dataset of one collection `people`, with an identity and one more field under test."""
    return parse(
        f"""
dataset:
- fides_key: shop
  collections:
  - name: people
    {collection}
    fields:
    - {{name: id, data_categories: [user.unique_id], fides_meta: {{primary_key: true, data_type: integer}}}}
    - {{name: mail, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
    - {field}
  {more}
"""
    )


def _column(field: str, name: str = "x") -> Column:
    return _one(field).dataset.tables["people"].columns[name]


def _notes(made: Imported) -> str:
    return "\n".join(map(str, made.notes))


@pytest.mark.parametrize("name", ["shop", "awkward"])
def test_a_file_survives_the_way_into_ours_and_back(name: str) -> None:
    made = read(CASES / f"{name}.yaml")
    assert parse_ours(as_yaml.text(made.dataset)) == made.dataset


@pytest.mark.parametrize("name", ["shop", "awkward"])
def test_the_files_we_try_are_what_fideslang_itself_accepts(name: str) -> None:
    for each in yaml.safe_load((CASES / f"{name}.yaml").read_text())["dataset"]:
        TheirDataset.model_validate(each)


def test_every_category_of_the_taxonomy_means_something() -> None:
    keys = [each.fides_key for each in DEFAULT_TAXONOMY.data_category]
    assert len(keys) == 85
    for key in keys:
        found = meaning((key,))
        assert found.said == ()
        assert (found.item is None) == key.startswith("system")


def test_the_shop_is_erased_as_its_categories_say() -> None:
    dataset = read(CASES / "shop.yaml").dataset
    assert dataset.other_tables == {"product": "no column of it is classed as personal"}
    customer = dataset.tables["customer"].columns
    assert customer["email"].on_erase == SUFFIX
    assert customer["name"].on_erase is None  # NULL, as for every personal column
    assert isinstance(customer["id"].on_erase, Keep)
    assert customer["address_id"].references[0].direction == "to"
    assert dataset.tables["order_item"].key == ("order_id", "item_no")
    assert not dataset.tables["order_item"].columns["product_id"].references
    orders = dataset.tables["orders"].columns
    assert isinstance(orders["customer_id"].on_erase, Keep)


def test_an_identity_is_masked_though_it_is_classed_as_operational() -> None:
    made = read(CASES / "shop.yaml")
    mail = made.dataset.tables["visit"].columns["email"]
    assert (mail.item, mail.identity, mail.on_erase) == ("email", "email", SUFFIX)
    assert "people are found by it" in _notes(made)


@pytest.mark.parametrize(
    ("categories", "item", "said"),
    [
        ("[user.contact.email]", "email", False),
        ("[user.contact.email.work]", "email", True),  # a parent covers its children
        ("[user.provided.identifiable.contact.phone_number]", "phone", True),  # an older taxonomy
        ("[user.shoe_size]", "shoe-size", True),
        ("[acme.loyalty_points]", "acme-loyalty-points", True),
        ("[system.operations, user.name.first]", "first-name", False),
        ("[user.name, user.contact.phone_number]", "full-name", True),
    ],
)
def test_categories_become_items_and_unknown_ones_are_told(categories: str, item: str, said: bool) -> None:
    made = _one(f"{{name: x, data_categories: {categories}}}")
    assert made.dataset.tables["people"].columns["x"].item == item
    assert bool([note for note in made.notes if ".x.data_categories" in note.where]) == said


@pytest.mark.parametrize("categories", ["[system.operations]", "[system.nonsense]", "[]"])
def test_what_no_category_makes_personal_stays_and_says_why(categories: str) -> None:
    column = _column(f"{{name: x, data_categories: {categories}}}")
    assert column.item is None
    assert column.none


def test_categories_of_collection_and_dataset_are_inherited_by_fields_without_any() -> None:
    made = _one("{name: x}", collection="data_categories: [user.location]")
    assert made.dataset.tables["people"].columns["x"].item == "location"
    assert made.dataset.tables["people"].columns["mail"].item == "email"


@pytest.mark.parametrize(
    ("override", "mask"),
    [
        ("{strategy: null_rewrite}", Null()),
        ("{strategy: string_rewrite, configuration: {rewrite_value: gone}}", Fixed(fixed="gone")),
        (
            "{strategy: string_rewrite, configuration: {rewrite_value: x, format_preservation: {suffix: '@a.b'}}}",
            Fixed(fixed="x@a.b"),
        ),
        ("{strategy: random_string_rewrite, configuration: {length: 20}}", Random(random=Random.Settings())),
        (
            "{strategy: random_string_rewrite, configuration: {format_preservation: {suffix: '@erased.invalid'}}}",
            SUFFIX,
        ),
        ("{strategy: hash, configuration: {algorithm: SHA-512}}", Hashed(hash=Hashed.Settings())),
        ("{strategy: hmac}", Hashed(hash=Hashed.Settings())),
        ("{strategy: aes_encrypt}", Hashed(hash=Hashed.Settings())),
        ("{strategy: preserve}", Keep(keep="preserved: the fideslang file says so")),
    ],
)
def test_masking_overrides_are_carried_over(override: str, mask: Any) -> None:
    field = f"{{name: x, data_categories: [user.name], fides_meta: {{masking_strategy_override: {override}}}}}"
    assert _column(field).on_erase == mask


def test_read_only_fields_stay_with_the_reason() -> None:
    column = _column("{name: x, data_categories: [user.name], fides_meta: {read_only: true}}")
    assert isinstance(column.on_erase, Keep)


@pytest.mark.parametrize(
    ("identity", "kind", "item"),
    [
        ("phone_number", "phone", "phone"),
        ("ga_client_id", "device", "device-id"),
        ("external_id", "account", "user-id"),
        ("shoe_number", "account", "user-id"),
    ],
)
def test_identities_of_every_kind_are_looked_up_and_masked(identity: str, kind: str, item: str) -> None:
    made = _one(f"{{name: x, fides_meta: {{identity: {identity}}}}}")
    column = made.dataset.tables["people"].columns["x"]
    assert (column.identity, column.item) == (kind, item)
    assert isinstance(column.on_erase, Random)
    assert ("is looked up as `account`" in _notes(made)) == (identity == "shoe_number")


@pytest.mark.parametrize("meta", ["data_type: integer", "length: 12"])
def test_an_identity_that_no_random_text_fits_into_becomes_null(meta: str) -> None:
    assert _column(f"{{name: x, fides_meta: {{identity: phone_number, {meta}}}}}").on_erase == Null()


def test_a_reference_without_direction_holds_both_ways() -> None:
    more = """- name: posts
    fields:
    - {name: id, fides_meta: {primary_key: true}}
    - {name: body, data_categories: [user.content.private]}
    - {name: author, fides_meta: {references: [{dataset: shop, field: people.id}]}}"""
    made = _one("{name: x}", more=more)
    references = made.dataset.tables["posts"].columns["author"].references
    assert [(one.column, one.direction) for one in references] == [("people.id", "from"), ("people.id", "to")]
    assert "both ways" in _notes(made)


def test_a_collection_that_says_delete_loses_its_rows() -> None:
    made = _one("{name: x}", collection="fides_meta: {masking_strategy_override: {strategy: DELETE}}")
    assert made.dataset.tables["people"].on_erase == "delete"


def test_a_personal_table_that_nothing_leads_to_is_kept_and_told() -> None:
    more = """- name: island
    fields: [{name: id, fides_meta: {primary_key: true}}, {name: who, data_categories: [user.name]}]"""
    made = _one("{name: x}", more=more)
    assert isinstance(made.dataset.tables["island"].on_erase, Keep)
    assert "no identity leads here" in _notes(made)


def test_what_has_no_place_here_is_told() -> None:
    said = _notes(read(CASES / "awkward.yaml"))
    for words in (
        "skip_processing",
        "names of tables and columns are shown",
        "kept anyway: one transaction",
        "`other_shop` is not part of this",
        "has parts inside",
        "partitioning",
        "custom_request_field",
        "no field is a `primary_key`",
    ):
        assert words in said


def test_names_may_be_quoted_reserved_or_hold_dots() -> None:
    dataset = read(CASES / "awkward.yaml").dataset
    assert set(dataset.tables) >= {"public.users", "Order Lines", "group"}
    assert set(dataset.tables["group"].columns) >= {"select", "no", "on"}
    assert dataset.tables["Order Lines"].columns["User Id"].references[0].column == "public.users.id"
    assert dataset.tables["public.users"].columns["profile"].item == "contact-data"


def test_parts_of_documents_are_columns_where_asked() -> None:
    columns = read(CASES / "awkward.yaml", nested=True).dataset.tables["public.users"].columns
    assert columns["profile.address.city"].item == "city"
    assert columns["profile.emails"].identity == "email"
    assert "profile" not in columns


MANY = """
dataset:
- fides_key: a
  collections:
  - name: people
    fields:
    - {name: id, fides_meta: {primary_key: true}}
    - {name: mail, fides_meta: {identity: email}}
- fides_key: b
  collections:
  - name: notes
    fields:
    - {name: id, fides_meta: {primary_key: true}}
    - {name: text, data_categories: [user.content]}
    - {name: person, REFERENCE}
"""
TIED = MANY.replace("REFERENCE", "fides_meta: {references: [{dataset: a, field: people.id, direction: from}]}")


def test_datasets_that_refer_to_each_other_are_merged_and_that_is_told() -> None:
    made = parse(TIED)
    assert set(made.dataset.tables) == {"people", "notes"}
    assert made.keys == ("a", "b")
    assert "refer to each other" in _notes(made)


def test_one_of_several_datasets_is_chosen_by_its_key() -> None:
    apart = MANY.replace("REFERENCE", "data_categories: [user.name]")
    with pytest.raises(DatasetError, match="choose with `--dataset-key`"):
        parse(apart)
    assert set(parse(apart, keys=["a"]).dataset.tables) == {"people"}
    with pytest.raises(DatasetError, match="there is no dataset `c`"):
        parse(apart, keys=["c"])


@pytest.mark.parametrize("wrap", ["{dataset: BARE}", "BARE", "[BARE]", "{dataset: [BARE]}"])
def test_lists_and_bare_mappings_are_read(wrap: str) -> None:
    bare = "{fides_key: a, collections: [{name: p, fields: [{name: mail, fides_meta: {identity: email}}]}]}"
    text = wrap.replace("BARE", bare)
    assert is_fideslang(text)
    assert set(parse(text).dataset.tables) == {"p"}


def test_our_own_files_are_told_apart() -> None:
    assert not is_fideslang(as_yaml.text(read(CASES / "shop.yaml").dataset))
    assert not is_fideslang("[1, 2")


WRONG = """dataset:
- fides_key: shop
  collections:
  - name: people
    fields:
    - {name: mail, fides_meta: {identity: email, length: 0}}
    - {fides_meta: {primary_key: true}}
    - {name: x, fides_meta: {references: [{dataset: shop, field: people.mail, direction: sideways}]}}
    - {name: y, name: z}
"""


def test_every_problem_is_told_at_once_with_its_line() -> None:
    with pytest.raises(DatasetError) as wrong:
        parse(WRONG, file="d.yaml")
    assert [(one.line, one.where) for one in wrong.value.problems] == [
        (6, "shop.people.mail.fides_meta.length"),
        (7, "shop.people.1.name"),
        (8, "shop.people.x.fides_meta.references.0.direction"),
        (9, "shop.people.z.name"),
    ]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("{name: x, fides_meta: {masking_strategy_override: {strategy: shred}}}", "no masking strategy we know"),
        ("{name: x, fides_meta: {masking_strategy_override: {strategy: string_rewrite}}}", "rewrite_value"),
        ("{name: x, fides_meta: {references: [{dataset: shop, field: people.ids}]}}", "is `people.id` meant"),
        ("{name: mail}", "there twice"),
        ("{name: x, data_categories: nonsense}", "should be a valid tuple"),
    ],
)
def test_what_cannot_be_carried_over_is_refused(field: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        _one(field)


def test_a_file_in_which_nobody_could_be_found_is_refused() -> None:
    with pytest.raises(DatasetError, match="nobody could be found"):
        parse("{fides_key: a, collections: [{name: p, fields: [{name: n, data_categories: [user.name]}]}]}")


@pytest.mark.parametrize("text", ["", "[]", "a: [", "dataset: 1", "{dataset: {a: b}}", "--- a\n--- b", "dataset: [3]"])
def test_what_is_no_dataset_is_said_to_be_none(text: str) -> None:
    with pytest.raises(DatasetError):
        parse(text)


def test_a_document_as_a_whole_is_what_covers_all_its_parts() -> None:
    assert common(("user.contact.email", "user.contact.address.city")) == ("user.contact",)
    assert common(("user.contact.email", "user.name")) == ("user",)
    assert common(("system.operations",)) == ("system.operations",)


def test_a_reference_to_a_part_of_a_document_stands_at_the_table() -> None:
    text = (CASES / "awkward.yaml").read_text().replace("public.users.email", "public.users.profile.address.city")
    made = parse(text, nested=True)
    composite = made.dataset.tables["city_clubs"].references[0]
    assert (composite.table, composite.columns) == ("public.users", {"town": "profile.address.city"})
    assert parse_ours(as_yaml.text(made.dataset)) == made.dataset
    with pytest.raises(DatasetError, match=r"there is no `public\.users\.profile\.address\.city`"):
        parse(text)  # in SQL, a document is one column


def test_what_a_policy_says_is_told_and_catalogue_keys_are_not() -> None:
    made = parse(
        "{fides_key: a, organization_fides_key: default_organization, tags: [x], meta: {a: b}, "
        "data_qualifier: aggregated, collections: [{name: p, data_subjects: [employee], fields: "
        "[{name: mail, data_uses: [marketing], fides_meta: {identity: email, primary_key: true}}]}]}"
    )
    said = [note.where for note in made.notes if "a policy says this" in note.message]
    assert said == ["data_qualifier", "p.data_subjects", "p.mail.data_uses"]
    assert "tags" not in _notes(made)
    assert "organization" not in _notes(made)


def test_a_reference_to_a_collection_that_is_skipped_is_left_out_and_told() -> None:
    more = """- name: audit
    fides_meta: {skip_processing: true}
    fields: [{name: id}]"""
    made = _one("{name: x, fides_meta: {references: [{dataset: shop, field: audit.id, direction: to}]}}", more=more)
    assert made.dataset.tables["people"].columns["x"].references == ()
    assert "`audit.id` is not processed" in _notes(made)


def test_tables_of_one_name_in_two_schemas_keep_apart() -> None:
    both = TIED.replace("name: notes", "name: people").replace(
        "- fides_key: b", "- fides_key: b\n  fides_meta: {namespace: {schema: archive}}"
    )
    tables = parse(both).dataset.tables
    assert set(tables) == {"people", "archive.people"}
    assert tables["archive.people"].columns["person"].references[0].column == "people.id"
    with pytest.raises(DatasetError, match="there twice"):
        parse(both.replace("fides_meta: {namespace: {schema: archive}}", "name: b"))


def test_numbers_that_other_rows_are_tied_to_stay_and_others_go() -> None:
    more = """- name: orders
    fields:
    - {name: id, data_categories: [user.unique_id]}
    - {name: buyer, data_categories: [user.unique_id], fides_meta: {references: [
        {dataset: shop, field: people.x, direction: from}]}}
    - {name: old, data_categories: [user.unique_id], fides_meta: {references: [
        {dataset: gone, field: people.x, direction: from}]}}"""
    tables = _one("{name: x, data_categories: [user.unique_id]}", more=more).dataset.tables
    assert isinstance(tables["people"].columns["x"].on_erase, Keep)  # pointed at
    assert isinstance(tables["orders"].columns["id"].on_erase, Keep)  # a key by its name
    assert isinstance(tables["orders"].columns["buyer"].on_erase, Keep)
    assert tables["orders"].columns["old"].on_erase is None  # tied to nothing here: NULL
