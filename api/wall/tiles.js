// All tiles, fed from one socket and drawn in one rhythm.
import { el } from "./element.js";
import { open } from "./live.js";
import { takeMain } from "./main_screen.js";
import { screenOf } from "./screen.js";
import { onTick, state, subscribe } from "./state.js";
import { Tile } from "./tile.js";

const NARROW = 1.5; // a tile is never higher than this, or the stage had no room
const WIDE = 16 / 9;
const DRAWN_EVERY_MS = 66; // boxes move smoothly enough at 15 pictures a second, at half the cost of 30

/** The grid of tiles, in the order of the configuration. */
export function makeTiles() {
  const tiles = state.session.cameras.map((camera, i) => new Tile(camera, i + 1));
  const root = el("section.tiles", { label: "tiles.label", testid: "tiles" }, ...tiles.map((tile) => tile.root));
  root.style.setProperty("--columns", String(Math.ceil(Math.sqrt(tiles.length * 2))));
  open(
    (fragment) => (fragment.main ? takeMain(fragment) : screenOf(fragment.camera)?.take(fragment)),
    (boxes) => screenOf(boxes.camera)?.takeBoxes(boxes),
  );
  subscribe(() => tiles.forEach((tile) => tile.render()));
  onTick(() => tiles.forEach((tile) => tile.tick()));
  onTick(() => suit(root, tiles));
  let drawn = 0;
  const frame = (at) => {
    if (at - drawn >= DRAWN_EVERY_MS) {
      drawn = at;
      tiles.forEach((tile) => tile.draw());
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  return root;
}

/** Gives all tiles the shape that suits most of the pictures. */
function suit(root, tiles) {
  const shapes = tiles
    .map((tile) => tile.screen.size)
    .filter(([width, height]) => width && height)
    .map(([width, height]) => width / height)
    .sort((a, b) => a - b);
  if (shapes.length * 2 < tiles.length) return;
  const aspect = Math.min(WIDE, Math.max(NARROW, shapes[Math.floor(shapes.length / 2)])).toFixed(3);
  if (root.dataset.aspect === aspect) return;
  root.dataset.aspect = aspect;
  root.style.setProperty("--aspect", aspect);
}
