// One live fragment as it comes over the socket: the same envelope as models/live.py.
const KINDS = ["init", "key", "delta", "jpeg"];
const MAGIC = 0x314c4d4b; // "KML1", little endian
const HEAD_BYTES = 28;
const LETTERS = new TextDecoder("ascii");

/**
 * The fragment in a message: one byte length of the camera's id, the id, the envelope.
 * @param {ArrayBuffer} message
 * @returns {{camera: string, kind: string, main: boolean, epoch: number, number: number, taken: number, media: number,
 *   payload: Uint8Array} | null} instants in µs; null where it is not of this version
 */
export function unpack(message) {
  const bytes = new Uint8Array(message);
  const at = 1 + (bytes[0] ?? 0);
  if (bytes.length < at + HEAD_BYTES) return null;
  const head = new DataView(message, at, HEAD_BYTES);
  const kind = KINDS[head.getUint8(4)];
  if (head.getUint32(0, true) !== MAGIC || !kind) return null;
  return {
    camera: LETTERS.decode(bytes.subarray(1, at)),
    kind,
    main: head.getUint8(5) === 1,
    epoch: head.getUint16(6, true),
    number: head.getUint32(8, true),
    taken: Number(head.getBigInt64(12, true)),
    media: Number(head.getBigInt64(20, true)),
    payload: bytes.subarray(at + HEAD_BYTES),
  };
}

/** The codec string and the bytes of an `init`: they are parted by a NUL. */
export function initOf(payload) {
  const nul = payload.indexOf(0);
  return { codec: LETTERS.decode(payload.subarray(0, nul)), bytes: payload.subarray(nul + 1) };
}
