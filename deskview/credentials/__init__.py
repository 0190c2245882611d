"""The provider's API key: held in one object, kept in the operating system's keyring or in memory, nowhere else."""

from deskview.credentials.key import ApiKey, InvalidKeyError, SessionKeys
from deskview.credentials.keychain import LIMIT_S, SERVICE, delete_key, load_key, probe, store_key
from deskview.credentials.reports import KeyringReport, KeyringState, KeyState, WayOut

__all__ = [
    "LIMIT_S",
    "SERVICE",
    "ApiKey",
    "InvalidKeyError",
    "KeyState",
    "KeyringReport",
    "KeyringState",
    "SessionKeys",
    "WayOut",
    "delete_key",
    "load_key",
    "probe",
    "store_key",
]
