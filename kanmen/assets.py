"""Detector weights and demo pictures, fetched by the first channel that has them and checked at every use."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from kanmen.channels import ASSETS, Address, Channel, LocalFolder, PackageIndex
from kanmen.download import ChannelError
from kanmen.progress import Report
from kanmen.whole_files import is_whole, part_of, sha256_of, sweep, write_whole
from models.errors import AssetError
from models.weights import Asset, AssetFile, manifest

log = logging.getLogger("assets")


def fetch(name: str, folder: Path, progress: Report, channels: Sequence[Channel] | None = None) -> Path:
    """The main file of an asset in the folder, with all its files beside it, each of the sha256 expected.

    Args:
        name: Of weights or of a picture in the manifest.
        folder: Where assets are kept, e.g. `var/models`.
        progress: Told of bytes done and bytes in all.
        channels: In the order to try; by default a local folder, an address, pip's package indexes.

    Raises:
        AssetError: no channel has it; says which were tried, why each failed, and the remedy.
    """
    return fetch_asset(manifest().asset(name), folder, progress, channels)


def fetch_asset(asset: Asset, folder: Path, progress: Report, channels: Sequence[Channel] | None = None) -> Path:
    """As `fetch`, of an asset that need not be in the manifest."""
    ways = default_channels() if channels is None else channels
    for file in asset.files:
        _have(asset, file, folder, progress, ways)
    return folder / asset.files[0].path


def default_channels() -> tuple[Channel, ...]:
    """The channels of this machine, fastest first."""
    return (LocalFolder(os.environ.get(ASSETS)), Address(), PackageIndex())


def _have(asset: Asset, file: AssetFile, folder: Path, progress: Report, channels: Sequence[Channel]) -> None:
    path = folder / file.path
    failed = []
    try:
        if is_whole(path, file.sha256):
            return
        if path.exists():
            log.warning("%s is not the file it should be; fetching it again", path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path)
        for channel in channels:
            why_not = _bring(channel, file, path, progress)
            if why_not is None:
                log.info("%s came by %s", file.path, channel.name)
                return
            failed.append(f"  {channel.name}: {why_not}")
    except OSError as error:
        raise AssetError(f"{asset.name}: {path} cannot be written: {error}") from error
    reasons = "\n".join(failed)
    raise AssetError(
        f"{asset.name}: {file.path} could not be had.\n{reasons}\n"
        f"  Remedy: put {file.path} (sha256 {file.sha256}) into a folder and set {ASSETS} to that folder"
        + (", or let pip reach a package index (see `pip config list`)." if file.index else ".")
    )


def _bring(channel: Channel, file: AssetFile, path: Path, progress: Report) -> str | None:
    """Try one channel; None where the file is now there, else why not."""
    part = part_of(path)
    total = file.size if file.index is None or isinstance(channel, LocalFolder) else file.index.size
    try:
        channel.bring(file, part, lambda done: progress(f"Fetching {Path(file.path).name}", done, total))
        found = sha256_of(part)
        if found != file.sha256:
            log.warning("%s gave a wrong %s", channel.name, file.path)
            return f"gave sha256 {found}, expected {file.sha256}"
        write_whole(part, path)
    except ChannelError as error:
        return str(error)
    finally:
        part.unlink(missing_ok=True)
    return None
