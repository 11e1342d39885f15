"""RTSP as a camera speaks it: requests, replies, the stream's description and digest passwords."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from scenes.clip import Clip
from scenes.nal import H264, H265
from scenes.rtp import PAYLOAD_TYPE

REALM: Final = "kanmen"

METHODS: Final = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"

_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}

_DIGEST_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_CONTROL: Final = "/trackID=0"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: E.g. `PLAY`.
        url: As the client wrote it.
        headers: By lower-case name.
    """

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def address(self) -> tuple[str, str]:
        """(camera, rendition) of the URL's path; the rendition is empty where the path names none."""
        camera, *rest = unquote(urlsplit(self.url).path.removesuffix(_CONTROL)).strip("/").split("/")
        return camera, "/".join(rest)


def parse(text: str) -> Request:
    """The request in a head that ends with an empty line.

    Raises:
        ValueError: it is none.
    """
    first, *rest = text.strip().split("\r\n")
    method, url, version = first.split(" ")
    if not version.startswith("RTSP/"):
        raise ValueError(f"{version!r} is not RTSP")
    urlsplit(url)
    headers = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"{line!r} is no header")
        headers[name.strip().lower()] = value.strip()
    return Request(method, url, headers)


def reply(code: int, request: Request | None, headers: Mapping[str, str] | None = None, body: str = "") -> bytes:
    """A reply to a request; None where it could not be read."""
    lines = [f"RTSP/1.0 {code} {_REASONS[code]}"]
    if request:
        lines.append(f"CSeq: {request.headers.get('cseq', '0')}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def description(name: str, clip: Clip) -> str:
    """The stream's SDP."""
    return "\r\n".join(
        (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            f"s={name}",
            "c=IN IP4 0.0.0.0",
            "t=0 0",
            "a=control:*",
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
            f"a=rtpmap:{PAYLOAD_TYPE} {'H264' if clip.coding is H264 else 'H265'}/90000",
            f"a=fmtp:{PAYLOAD_TYPE} {_format(clip)}",
            f"a=framerate:{clip.fps:.3f}",
            f"a=control:{_CONTROL.lstrip('/')}",
            "",
        )
    )


def _format(clip: Clip) -> str:
    """The parameter sets as each codec's RTP payload format writes them."""
    coded = {nal: base64.b64encode(nal).decode() for nal in clip.sets}
    if clip.coding is H264:
        profile, sets = clip.sets[0][1:4].hex(), ",".join(coded.values())
        return f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sets}"
    names = dict(zip(H265.sets, ("vps", "sps", "pps"), strict=True))
    return ";".join(
        f"sprop-{name}=" + ",".join(text for nal, text in coded.items() if H265.kind_of(nal) == kind)
        for kind, name in names.items()
    )


def challenge(nonce: str) -> dict[str, str]:
    """The header that asks for a password."""
    return {"WWW-Authenticate": f'Digest realm="{REALM}", nonce="{nonce}"'}


def is_authorised(request: Request, nonce: str, auth: tuple[str, str]) -> bool:
    """Whether the request proves that its sender knows name and password (RFC 2069, as most cameras do it)."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "digest":
        return False
    fields = {name: quoted or bare for name, quoted, bare in _DIGEST_FIELD.findall(rest)}
    name, password = auth
    proof = _md5(f"{name}:{REALM}:{password}")
    asked = _md5(f"{request.method}:{fields.get('uri', '')}")
    wanted = _md5(f"{proof}:{nonce}:{asked}")
    return (
        fields.get("username") == name
        and fields.get("nonce") == nonce
        and hmac.compare_digest(fields.get("response", "").encode(), wanted.encode())
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # RTSP's digest is defined with MD5
