// One socket for the live pictures and boxes of all tiles.
import { unpack } from "./fragment.js";

const WAIT_MS = [300, 1000, 2000, 4000, 8000];
const SILENT_MS = 10_000; // no picture of any camera: the socket may be half dead

const watched = new Map(); // camera: form
let enlarged = null; // the camera whose main stream is wanted too
let socket = null;
let attempt = 0;
let heardAt = 0;
let onFragment = () => {};
let onBoxes = () => {};

/** Opens the socket; fragments and boxes are handed to the two callbacks. */
export function open(takeFragment, takeBoxes) {
  onFragment = takeFragment;
  onBoxes = takeBoxes;
  connect();
  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && performance.now() - heardAt > SILENT_MS) socket.close();
  }, 2000);
}

/** Wants a camera in a form, `mp4` or `jpeg`, from now on. */
export function watch(camera, form) {
  if (watched.get(camera) === form) return;
  watched.set(camera, form);
  tell();
}

/** Wants the main stream of this camera, and of no other; null: of none. */
export function watchMain(camera) {
  if (enlarged === camera) return;
  enlarged = camera;
  tell();
}

function tell() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const wanted = [...watched].map(([camera, form]) => ({ camera, form }));
  if (enlarged) wanted.push({ camera: enlarged, form: "main" });
  socket.send(JSON.stringify({ watch: wanted }));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/api/v1/live`);
  socket.binaryType = "arraybuffer";
  heardAt = performance.now();
  socket.addEventListener("open", tell);
  socket.addEventListener("message", (event) => {
    heardAt = performance.now();
    attempt = 0;
    if (typeof event.data === "string") {
      const message = JSON.parse(event.data);
      if (message.tracks) onBoxes(message);
      return;
    }
    const fragment = unpack(event.data);
    if (fragment) onFragment(fragment);
  });
  socket.addEventListener("close", () => {
    const wait = WAIT_MS[Math.min(attempt, WAIT_MS.length - 1)];
    attempt += 1;
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
  });
}
