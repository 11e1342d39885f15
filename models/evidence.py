"""Evidence: pictures and clips that prove something, what became of each, and where they are kept."""

import errno
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

EvidenceKind = Literal["clip", "snapshot"]
EvidenceState = Literal["pending", "ready", "partial", "failed"]

FINAL: Final = ("ready", "partial", "failed")
"""States that no longer change."""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "starts_late": ("开头缺失：镜头当时接通不久", "its beginning is missing: the camera had not been on for long"),
    "ends_early": ("结尾缺失：镜头中途断线", "its end is missing: the camera was lost"),
    "gap": ("中间有缺口", "there is a gap in it"),
    "changed": ("结尾缺失：镜头码流参数改变", "its end is missing: the camera changed its stream"),
    "interrupted": ("录制进程中断，只存下一部分", "the recording process was interrupted"),
    "no_pictures": ("当时的画面不在缓存中", "the pictures of that time were not at hand"),
    "undecodable": ("画面无法解码", "the pictures cannot be decoded"),
    "storage": ("存储空间不足或写入失败", "the disk is full or refuses to write"),
    "too_many": ("同时录制过多", "too many clips were being recorded at once"),
    "unanswered": ("接入进程一直没有应答", "the ingest worker never answered"),
    "camera_removed": ("镜头已从配置中移除", "the camera is no longer configured"),
}
"""Why evidence is partial or failed: key to (zh, en)."""

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What becomes of one picture or clip of an alert.

    Attributes:
        id: The same for the same alert and kind; see `evidence_id`.
        revision: 1 when it was asked for, 2 when it came to its end.
        alert: Of which alert.
        camera: Id of the camera.
        kind: A clip of seconds before and after, or the snapshot at the camera's full resolution.
        state: `pending` until it is `ready`, `partial` (less than was asked for) or `failed`.
        reason: Key of `REASONS`; empty while pending and when ready.
        at: `taken` of the picture on which the rule was met.
        began, ended: `taken` of its first and last picture; asked for while pending, None where it failed.
        key: Where it lies in the evidence store (also while a clip grows).
        bytes, sha256: Of the whole file; 0 and None until it is at its end, and where it failed.
    """

    id: UUID
    revision: int
    alert: UUID
    camera: str
    kind: EvidenceKind
    state: EvidenceState
    reason: str
    at: datetime
    began: datetime | None
    ended: datetime | None
    key: str
    bytes: int = 0
    sha256: str | None = None


def evidence_id(alert: UUID, kind: EvidenceKind) -> UUID:
    """An alert has one piece of evidence of each kind."""
    return uuid5(alert, kind)


def evidence_key(alert: UUID, kind: EvidenceKind, at: datetime) -> str:
    """Where it lies in the evidence store, by the UTC day of the alert."""
    return f"{at.astimezone(UTC):%Y/%m/%d}/{alert}-{kind}.{'mp4' if kind == 'clip' else 'jpg'}"


def is_key(text: str) -> bool:
    """Whether a text can name evidence; what could leave the store's folder cannot."""
    return _KEY.fullmatch(text) is not None and ".." not in text


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is whole: its size in bytes and its sha256 in hex."""

    bytes: int
    sha256: str


class EvidenceStore(Protocol):
    """Keeps bytes under a key for good; a key is written once. Every method may raise OSError: the disk refuses."""

    def put(self, key: str, data: bytes) -> Kept:
        """Store the bytes durably."""
        ...

    def keep(self, key: str, made_by: Callable[[Path], None]) -> Kept:
        """Store durably what the function writes to the path; what grew under this key is then removed."""
        ...

    def get(self, key: str) -> bytes | None:
        """The bytes, or None where there are none."""
        ...

    def file(self, key: str) -> Path | None:
        """A file that holds the bytes, None where there are none."""
        ...

    def weigh(self, key: str) -> Kept:
        """Size and sha256 of what is stored, read anew."""
        ...

    def growing(self, key: str) -> Path:
        """Where to write what grows until `keep` makes it whole; its folder exists."""
        ...

    def grown(self, key: str) -> Path | None:
        """What has grown so far, None where nothing does."""
        ...


@dataclass(frozen=True, slots=True)
class Day:
    """The evidence of one UTC day: how many files, how many bytes."""

    date: date
    files: int
    bytes: int


class FolderStore:
    """Evidence in a local folder, e.g. `2026/11/22/<alert>-1.jpg`; written whole or not at all.

    Args:
        root: The folder.
        min_free_bytes: Nothing is written where the disk has less left: journal and database need it more.
    """

    def __init__(self, root: Path, min_free_bytes: int = 0) -> None:
        self._root = root
        self._min_free = min_free_bytes

    def path(self, key: str) -> Path:
        """The file of a key.

        Raises:
            ValueError: the key could leave the folder.
        """
        if not is_key(key):
            raise ValueError(f"{key!r} is no evidence key")
        return self._root / key

    def put(self, key: str, data: bytes) -> Kept:
        """Store the bytes: written beside, flushed to disk, then renamed."""
        self._has_room(self.path(key))

        def written(part: Path) -> None:
            part.write_bytes(data)

        return self.keep(key, written)

    def keep(self, key: str, made_by: Callable[[Path], None]) -> Kept:
        """Store what the function writes: made beside, flushed to disk, then renamed."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
        try:
            made_by(part)
            kept = _weighed(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self._growing(path).unlink(missing_ok=True)
        return kept

    def get(self, key: str) -> bytes | None:
        """The bytes, or None where the file is not there."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None

    def file(self, key: str) -> Path | None:
        """The file, None where it is not there."""
        path = self.path(key)
        return path if path.is_file() else None

    def weigh(self, key: str) -> Kept:
        """Size and sha256, read from the file."""
        return _weighed(self.path(key))

    def growing(self, key: str) -> Path:
        """Where a file grows; a hidden one, so that nobody takes it for whole."""
        path = self.path(key)
        self._has_room(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return self._growing(path)

    def grown(self, key: str) -> Path | None:
        """What has grown so far."""
        path = self._growing(self.path(key))
        return path if path.is_file() else None

    def free_bytes(self) -> int:
        """What the disk has left for us."""
        existing = next(path for path in (self._root, *self._root.absolute().parents) if path.exists())
        return shutil.disk_usage(existing).free

    def days(self) -> Iterator[Day]:
        """What is kept, by the UTC day of its alert, oldest first."""
        for folder in sorted(self._root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]")):
            try:
                on = date(*(int(part) for part in folder.parts[-3:]))
                sizes = [entry.stat().st_size for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
            except (ValueError, OSError):
                continue  # no folder of ours, or just being removed
            yield Day(on, len(sizes), sum(sizes))

    def remove_day(self, on: date) -> None:
        """Remove the evidence of one day."""
        folder = self._root / f"{on:%Y/%m/%d}"
        shutil.rmtree(folder)
        for parent in folder.parents[:2]:
            if not any(parent.iterdir()):
                parent.rmdir()

    def _has_room(self, path: Path) -> None:
        if self._min_free and self.free_bytes() < self._min_free:
            raise OSError(errno.ENOSPC, "less is free than evidence must leave", str(path))

    @staticmethod
    def _growing(path: Path) -> Path:
        return path.with_name(f".{path.name}.growing")


def _weighed(path: Path) -> Kept:
    """Of what is safely on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return Kept(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
