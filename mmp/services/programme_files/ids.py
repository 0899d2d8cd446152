"""Lasting names made from handles, so that a file written by hand gives the same ones anywhere."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6d6d7000-4d4d-5032-8036-70726f677261")


def derived(*parts: str) -> UUID:
    """The UUID of a thing named by its programme's slug, its kind and its handles."""
    return uuid5(_NAMESPACE, "/".join(parts))


def person_id(slug: str, handle: str, email: str | None) -> UUID:
    """A person's: from the address, which is theirs everywhere, else from programme and handle."""
    return derived("person", email) if email else derived(slug, "person", handle)


def organisation_id(handle: str) -> UUID:
    """An organisation's: all programmes of an installation share them."""
    return derived("organisation", handle)
