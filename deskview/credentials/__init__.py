"""The provider's secrets: held in one object, kept in the operating system's keyring or in memory, nowhere else."""

from deskview.credentials.entries import Wanted, entries_of, listed
from deskview.credentials.key import ApiKey, Credentials, InvalidKeyError, SessionKeys
from deskview.credentials.keychain import (
    LIMIT_S,
    SERVICE,
    delete_credentials,
    load_credentials,
    probe,
    store_credentials,
)
from deskview.credentials.reports import KeyringReport, KeyringState, KeyState, WayOut

__all__ = [
    "LIMIT_S",
    "SERVICE",
    "ApiKey",
    "Credentials",
    "InvalidKeyError",
    "KeyState",
    "KeyringReport",
    "KeyringState",
    "SessionKeys",
    "Wanted",
    "WayOut",
    "delete_credentials",
    "entries_of",
    "listed",
    "load_credentials",
    "probe",
    "store_credentials",
]
